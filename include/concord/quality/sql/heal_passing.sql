-- heal_passing: open entries that an earlier try of this batch wrote, of records that pass now, should
-- the suite have changed between. The others heal when unify takes the row.
UPDATE ops.quarantine AS q
SET state = 'healed', closed_at = clock_timestamp(), closed_by = 'validate', reason = 'passes now'
WHERE q.side = 'read' AND q.system = %(system)s AND q.entity = %(entity)s
  AND q.state = 'open' AND q.last_batch = %(batch)s
  AND EXISTS (SELECT FROM {stage} AS s WHERE s.source_id = q.source_id AND s.op = 'U')
  AND NOT EXISTS (
      SELECT FROM pg_temp.concord_failing AS f
      WHERE f.source_id = q.source_id AND f.rules && %(critical)s::integer[]
  )
