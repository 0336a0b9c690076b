-- sales_order_warehouse: an order that another company's warehouse would deliver.
SELECT b.golden_id
FROM {batch} AS b
JOIN golden.warehouse AS w ON w.golden_id = b.warehouse
WHERE w.company <> b.company
