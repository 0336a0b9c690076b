-- production_order_components: a component of which nothing or less is needed.
SELECT b.golden_id
FROM {batch} AS b
JOIN golden.production_order_components AS c ON c.golden_id = b.golden_id
WHERE b.lifecycle <> 'cancelled' AND c.quantity <= 0
