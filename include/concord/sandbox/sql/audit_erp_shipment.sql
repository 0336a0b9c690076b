-- Shipments of the ERP, in the CRM's words.
SELECT h.shipment_no AS number, o.so_no AS "order", w.wh_code AS warehouse,
       CASE h.status WHEN 'P' THEN 'Planned' WHEN 'S' THEN 'Shipped' WHEN 'D' THEN 'Delivered'
                     WHEN 'X' THEN 'Cancelled' END AS status,
       h.carrier, h.tracking_no AS tracking, h.planned_on, h.shipped_on, h.delivered_on,
       (SELECT string_agg(concat_ws('/', l.line_no, l.so_line_no, i.item_code, trim_scale(l.qty)), ' '
                          ORDER BY l.line_no)
        FROM shipment_lines l JOIN items i USING (item_id) WHERE l.shipment_id = h.shipment_id) AS lines
FROM shipments h JOIN sales_orders o USING (so_id) JOIN warehouses w ON w.wh_id = h.wh_id
