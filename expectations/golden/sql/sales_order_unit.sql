-- sales_order_unit: a line in a unit that is not the product's own and has no ratio to it.
SELECT b.golden_id
FROM {batch} AS b
JOIN golden.sales_order_lines AS l ON l.golden_id = b.golden_id
JOIN golden.product AS p ON p.golden_id = l.product
WHERE l.unit <> p.base_unit
  AND NOT EXISTS (
    SELECT FROM golden.product_units AS u WHERE u.golden_id = l.product AND u.unit = l.unit)
