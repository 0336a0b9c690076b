-- warranty_from_delivery: one row a delivered shipment.
SELECT s.number AS key, s.golden_id AS subject, s.number AS reference, o.party, 'active' AS lifecycle,
       s.delivered_on AS starts_on, s.delivered_on + 730 AS ends_on, (
           SELECT jsonb_agg(jsonb_build_object('line_no', l.line_no, 'product', l.product,
                                               'quantity', l.quantity) ORDER BY l.line_no)
           FROM golden.shipment_lines AS l WHERE l.golden_id = s.golden_id) AS lines
FROM golden.shipment AS s
JOIN golden.sales_order AS o ON o.golden_id = s."order"
WHERE s.status = 'delivered' AND s.deleted_at IS NULL
