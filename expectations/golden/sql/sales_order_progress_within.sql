-- sales_order_progress_within: more reserved, delivered or invoiced than ordered.
SELECT b.golden_id
FROM {batch} AS b
JOIN golden.sales_order_progress AS p ON p.golden_id = b.golden_id
LEFT JOIN golden.sales_order_lines AS l ON l.golden_id = b.golden_id AND l.line_no = p.line_no
WHERE coalesce(p.reserved, 0) + coalesce(p.delivered, 0) > coalesce(l.quantity, 0)
   OR coalesce(p.invoiced, 0) > coalesce(l.quantity, 0)
