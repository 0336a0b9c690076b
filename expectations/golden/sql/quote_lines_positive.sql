-- quote_lines_positive: a line of nothing or less, or below no price.
SELECT b.golden_id
FROM {batch} AS b
JOIN golden.quote_lines AS l ON l.golden_id = b.golden_id
WHERE l.quantity <= 0 OR l.price < 0
