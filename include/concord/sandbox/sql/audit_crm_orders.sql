-- The CRM's orders: the ERP's number, the status axes and the lines.
SELECT o.erp_number, o.number, o.status, o.delivery, o.billing, o.payment, o.total,
       (SELECT string_agg(concat_ws('/', l.line_no, p.code, trim_scale(l.quantity), trim_scale(l.price)), ' '
                          ORDER BY l.line_no)
        FROM sales_order_line l JOIN product p ON p.id = l.product_id WHERE l.order_id = o.id) AS lines
FROM sales_order o
