-- product_units_exact: a ratio that is none, or of the product's own unit to itself that is not one.
SELECT b.golden_id
FROM {batch} AS b
JOIN golden.product_units AS u ON u.golden_id = b.golden_id
WHERE u.numerator <= 0 OR u.denominator <= 0
   OR u.unit = b.base_unit AND u.numerator <> u.denominator
