-- sales_order_lines_positive: a line of nothing or less, below no price, or with an odd discount.
SELECT b.golden_id
FROM {batch} AS b
JOIN golden.sales_order_lines AS l ON l.golden_id = b.golden_id
WHERE l.quantity <= 0 OR l.price < 0 OR l.discount NOT BETWEEN 0 AND 100
