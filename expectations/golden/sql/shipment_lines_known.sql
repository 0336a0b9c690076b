-- shipment_lines_known: a line that is none of its order's, of another product, or of nothing.
SELECT b.golden_id
FROM {batch} AS b
JOIN golden.shipment_lines AS l ON l.golden_id = b.golden_id
LEFT JOIN golden.sales_order_lines AS o ON o.golden_id = b."order" AND o.line_no = l.order_line
WHERE o.product IS DISTINCT FROM l.product OR l.quantity = 0
