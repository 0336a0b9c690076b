-- price_overlaps: two prices of the same thing on one list for the same day.
SELECT b.golden_id
FROM {batch} AS b
JOIN golden.price AS p
  ON p.price_list = b.price_list AND p.product = b.product AND p.unit = b.unit
 AND p.min_quantity = b.min_quantity AND p.golden_id <> b.golden_id AND p.deleted_at IS NULL
WHERE p.valid_from <= coalesce(b.valid_to, 'infinity') AND b.valid_from <= coalesce(p.valid_to, 'infinity')
