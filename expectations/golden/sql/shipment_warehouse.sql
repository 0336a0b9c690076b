-- shipment_warehouse: a shipment from another company's warehouse.
SELECT b.golden_id
FROM {batch} AS b
JOIN golden.sales_order AS o ON o.golden_id = b."order"
JOIN golden.warehouse AS w ON w.golden_id = b.warehouse
WHERE w.company <> o.company
