-- Invoices and credit notes of the ERP, in the CRM's words.
SELECT n.invoice_no AS number, CASE n.kind WHEN 'I' THEN 'Invoice' ELSE 'Credit note' END AS kind,
       CASE n.company_code WHEN '1000' THEN 'Shanghai' ELSE 'Hamburg' END AS company,
       o.so_no AS "order", c.contract_no AS contract, n.corrects_no AS corrects,
       n.invoice_date AS issued_on, n.due_date AS due_on,
       CASE n.status WHEN 'D' THEN 'Draft' WHEN 'P' THEN 'Posted' ELSE 'Cancelled' END AS status,
       CASE n.payment_status WHEN 'O' THEN 'Open' WHEN 'P' THEN 'Partly paid' ELSE 'Paid' END AS payment,
       n.currency, n.rate, n.net_total AS net, n.tax_total AS tax, n.total, n.open_amount AS open,
       (SELECT string_agg(concat_ws('/', l.line_no, i.item_code, trim_scale(l.qty),
                                    trim_scale(l.unit_price), l.net), ' ' ORDER BY l.line_no)
        FROM invoice_lines l JOIN items i USING (item_id) WHERE l.invoice_id = n.invoice_id) AS lines
FROM invoices n LEFT JOIN sales_orders o USING (so_id)
LEFT JOIN contracts c ON c.contract_id = n.contract_id
