-- shipment_within_order: a shipment of an order of which more was shipped than ordered, each line in
-- the product's own unit.
SELECT b.golden_id
FROM {batch} AS b
JOIN golden.shipment_lines AS mine ON mine.golden_id = b.golden_id
JOIN golden.sales_order_lines AS o ON o.golden_id = b."order" AND o.line_no = mine.order_line
CROSS JOIN LATERAL (
    SELECT sum(l.quantity * coalesce(u.numerator::numeric / u.denominator, 1)) AS shipped
    FROM golden.shipment AS s
    JOIN golden.shipment_lines AS l ON l.golden_id = s.golden_id AND l.order_line = mine.order_line
    LEFT JOIN golden.product_units AS u ON u.golden_id = l.product AND u.unit = l.unit
    WHERE s."order" = b."order" AND s.status <> 'cancelled' AND s.deleted_at IS NULL
) AS s
LEFT JOIN golden.product_units AS v ON v.golden_id = o.product AND v.unit = o.unit
WHERE b.status <> 'cancelled'
  AND s.shipped > o.quantity * coalesce(v.numerator::numeric / v.denominator, 1) + 0.000001
