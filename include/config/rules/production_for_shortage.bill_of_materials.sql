-- Stock of what is made by the changed bills of materials, directly or through others.
WITH RECURSIVE made AS (
    SELECT b.product FROM changed AS c JOIN golden.bill_of_materials AS b USING (golden_id)
    UNION
    SELECT b.product
    FROM made AS m
    JOIN golden.bill_of_materials_lines AS l ON l.product = m.product
    JOIN golden.bill_of_materials AS b ON b.golden_id = l.golden_id
)
SELECT s.golden_id FROM made AS m JOIN golden.stock_level AS s USING (product)
