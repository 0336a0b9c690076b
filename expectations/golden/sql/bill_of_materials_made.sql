-- bill_of_materials_made: a bill of a product that is not made.
SELECT b.golden_id
FROM {batch} AS b
JOIN golden.product AS p ON p.golden_id = b.product
WHERE p.kind <> 'made'
