-- sales_order_sold: a draft for a product that is not sold any more.
SELECT b.golden_id
FROM {batch} AS b
JOIN golden.sales_order_lines AS l ON l.golden_id = b.golden_id
JOIN golden.product AS p ON p.golden_id = l.product
WHERE b.lifecycle = 'draft' AND p.status = 'ended'
