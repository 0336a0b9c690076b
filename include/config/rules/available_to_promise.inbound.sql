-- Stock of the product and warehouse of the changed records, as they are and were.
SELECT s.golden_id
FROM (
    SELECT r.product, r.warehouse FROM changed AS c JOIN golden.inbound AS r USING (golden_id)
    UNION
    SELECT w.product, w.warehouse FROM was AS w
) AS x
JOIN golden.stock_level AS s ON s.product = x.product AND s.warehouse = x.warehouse
