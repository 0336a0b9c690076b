-- steps: the batch's steps in the order they began.
SELECT step, system, state, tries, started_at, ended_at, error
FROM ops.batch_step
WHERE batch_id = %(batch)s
ORDER BY started_at, step, system
