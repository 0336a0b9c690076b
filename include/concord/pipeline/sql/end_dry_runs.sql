-- end_dry_runs: planned writes of a batch that are never to be made. They waited until here, so that
-- what refers to a record that would be made was planned as well.
UPDATE ops.intent AS n
SET state = 'superseded', error = 'dry run', ended_at = clock_timestamp()
FROM ops.change_set AS c
WHERE c.change_set_id = n.change_set_id AND c.state = 'dry_run' AND n.batch_id = %(batch)s
  AND n.state = 'waiting'
