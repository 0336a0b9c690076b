-- Invoices and credit notes that the CRM shows.
SELECT n.number, n.kind, n.company, o.erp_number AS "order", c.number AS contract, n.corrects,
       n.issued_on, n.due_on, n.status, n.payment, n.currency, n.rate, n.net, n.tax, n.total,
       n.open_amount AS open,
       (SELECT string_agg(concat_ws('/', l.line_no, p.code, trim_scale(l.quantity),
                                    trim_scale(l.price), l.net), ' ' ORDER BY l.line_no)
        FROM invoice_line l JOIN product p ON p.id = l.product_id WHERE l.invoice_id = n.id) AS lines
FROM invoice n LEFT JOIN sales_order o ON o.id = n.order_id
LEFT JOIN contract c ON c.id = n.contract_id
