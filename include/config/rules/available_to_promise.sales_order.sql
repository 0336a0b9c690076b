-- Stock of products that the changed orders name, or named before.
SELECT s.golden_id
FROM (
    SELECT o.warehouse, l.product
    FROM changed AS c
    JOIN golden.sales_order AS o USING (golden_id)
    JOIN golden.sales_order_lines AS l USING (golden_id)
    UNION
    SELECT w.warehouse, (l.value ->> 'product')::uuid
    FROM was AS w
    CROSS JOIN LATERAL jsonb_array_elements(w.lines) AS l (value)
) AS x
JOIN golden.stock_level AS s ON s.product = x.product AND s.warehouse = x.warehouse
