-- failed_steps: the steps of one batch that did not end well, with what they said.
SELECT step, system, coalesce(error, 'stopped before it could say why; see its log')
FROM ops.batch_step
WHERE batch_id = %(batch)s
  AND state <> 'done'
ORDER BY started_at, step, system;
