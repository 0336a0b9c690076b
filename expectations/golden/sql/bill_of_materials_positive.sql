-- bill_of_materials_positive: a part of which nothing or less is needed.
SELECT b.golden_id
FROM {batch} AS b
JOIN golden.bill_of_materials_lines AS l ON l.golden_id = b.golden_id
WHERE l.quantity <= 0
