-- sales_order_has_lines: an order for nothing.
SELECT b.golden_id
FROM {batch} AS b
WHERE b.lifecycle <> 'cancelled'
  AND NOT EXISTS (SELECT FROM golden.sales_order_lines AS l WHERE l.golden_id = b.golden_id)
