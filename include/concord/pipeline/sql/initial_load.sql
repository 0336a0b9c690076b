-- initial_load: the initial load of a run; without a run the newest one that is not over.
SELECT initial_load_id, run_id, entities, state, rehearsal, rounds, decided_by, comment
FROM ops.initial_load
WHERE run_id = %(run_id)s OR %(run_id)s::text IS NULL AND state NOT IN ('rejected', 'done')
ORDER BY initial_load_id DESC
LIMIT 1
