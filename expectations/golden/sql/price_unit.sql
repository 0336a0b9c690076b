-- price_unit: a price for a unit that is not the product's own and has no ratio to it.
SELECT b.golden_id
FROM {batch} AS b
JOIN golden.product AS p ON p.golden_id = b.product
WHERE b.unit <> p.base_unit
  AND NOT EXISTS (
    SELECT FROM golden.product_units AS u WHERE u.golden_id = b.product AND u.unit = b.unit)
