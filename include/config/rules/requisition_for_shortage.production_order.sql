-- Stock of the components of the changed production orders, as they are and were.
SELECT s.golden_id
FROM (
    SELECT m.warehouse, c.product
    FROM changed JOIN golden.production_order AS m USING (golden_id)
    JOIN golden.production_order_components AS c USING (golden_id)
    UNION
    SELECT w.warehouse, (c.value ->> 'product')::uuid
    FROM was AS w
    CROSS JOIN LATERAL jsonb_array_elements(w.components) AS c (value)
) AS x
JOIN golden.stock_level AS s ON s.product = x.product AND s.warehouse = x.warehouse
