-- warranty_lines_positive: a warranty of nothing or less.
SELECT b.golden_id
FROM {batch} AS b
JOIN golden.warranty_lines AS l ON l.golden_id = b.golden_id
WHERE l.quantity <= 0
