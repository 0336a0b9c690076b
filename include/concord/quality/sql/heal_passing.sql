-- heal_passing: open entries that an earlier try of this batch wrote, of records that pass now, should
-- the suite have changed between. The others heal when unify takes the row. Mostly there is no such
-- entry, and then the stage is not read.
WITH passing AS MATERIALIZED (
    SELECT q.quarantine_id, q.source_id
    FROM ops.quarantine AS q
    WHERE q.side = 'read' AND q.system = %(system)s AND q.entity = %(entity)s
      AND q.state = 'open' AND q.last_batch = %(batch)s
      AND q.source_id NOT IN (
          SELECT f.source_id FROM pg_temp.concord_failing AS f
          WHERE f.rules && %(critical)s::integer[]
      )
)
UPDATE ops.quarantine AS q
SET state = 'healed', closed_at = clock_timestamp(), closed_by = 'validate', reason = 'passes now'
FROM passing AS p
WHERE q.quarantine_id = p.quarantine_id
  AND EXISTS (SELECT FROM {stage} AS s WHERE s.source_id = p.source_id AND s.op = 'U')
