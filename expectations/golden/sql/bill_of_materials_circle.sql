-- bill_of_materials_circle: a bill whose product is needed, through any level, to make itself.
WITH RECURSIVE needed AS (
    SELECT b.golden_id, b.product AS made, l.product
    FROM {batch} AS b
    JOIN golden.bill_of_materials_lines AS l ON l.golden_id = b.golden_id
    WHERE b.status = 'active'
    UNION
    SELECT n.golden_id, n.made, l.product
    FROM needed AS n
    JOIN golden.bill_of_materials AS m
      ON m.product = n.product AND m.status = 'active' AND m.deleted_at IS NULL
    JOIN golden.bill_of_materials_lines AS l ON l.golden_id = m.golden_id
)
SELECT n.golden_id FROM needed AS n WHERE n.product = n.made
