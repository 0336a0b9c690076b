-- Shipments that the CRM shows.
SELECT h.number, o.erp_number AS "order", w.code AS warehouse, h.status, h.carrier, h.tracking,
       h.planned_on, h.shipped_on, h.delivered_on,
       (SELECT string_agg(concat_ws('/', l.line_no, l.order_line, p.code, trim_scale(l.quantity)), ' '
                          ORDER BY l.line_no)
        FROM shipment_line l JOIN product p ON p.id = l.product_id WHERE l.shipment_id = h.id) AS lines
FROM shipment h JOIN sales_order o ON o.id = h.order_id JOIN warehouse w ON w.id = h.warehouse_id
