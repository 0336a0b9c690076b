-- purchase_requisition_bought: a requisition of what is not bought, or for another company's warehouse.
SELECT b.golden_id
FROM {batch} AS b
JOIN golden.product AS p ON p.golden_id = b.product
JOIN golden.warehouse AS w ON w.golden_id = b.warehouse
WHERE p.kind <> 'bought' OR w.company <> b.company
