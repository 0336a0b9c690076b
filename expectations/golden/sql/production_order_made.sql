-- production_order_made: an order to make what is not made, or for another company's warehouse.
SELECT b.golden_id
FROM {batch} AS b
JOIN golden.product AS p ON p.golden_id = b.product
JOIN golden.warehouse AS w ON w.golden_id = b.warehouse
WHERE p.kind <> 'made' OR w.company <> b.company
