-- The ERP's orders by number: the CRM's number, the status axes and the lines.
SELECT o.so_no, o.crm_ref, o.status, o.delivery_status, o.billing_status, o.payment_status, o.total,
       (SELECT string_agg(concat_ws('/', l.line_no, i.item_code, trim_scale(l.qty), trim_scale(l.unit_price)), ' '
                          ORDER BY l.line_no)
        FROM sales_order_lines l JOIN items i USING (item_id) WHERE l.so_id = o.so_id) AS lines
FROM sales_orders o
