-- batch: what the page is about.
SELECT batch_id, run_id, lane, scope, state, dry_run, systems, entities, started_at,
       ended_at, error
FROM ops.batch
WHERE batch_id = %(batch)s
