-- change_sets: what this batch planned, and what is held from any batch.
SELECT change_set_id, batch_id, system, entity, state, reason, creates, updates, deletes, why
FROM ops.change_set
WHERE batch_id = %(batch)s OR state = 'held'
ORDER BY state <> 'held', change_set_id DESC
LIMIT 100
