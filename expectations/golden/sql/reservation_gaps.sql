-- reservation_gaps: a reservation before which one is missing, of its product and warehouse.
SELECT b.golden_id
FROM {batch} AS b
WHERE b.number > 1
  AND NOT EXISTS (
    SELECT FROM golden.reservation AS r
    WHERE r.product = b.product AND r.warehouse = b.warehouse AND r.number = b.number - 1)
