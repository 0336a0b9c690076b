-- heal_golden: open entries of golden records that pass now; what they held back is to be planned.
WITH healed AS (
    UPDATE ops.quarantine AS q
    SET state = 'healed', closed_at = clock_timestamp(), closed_by = 'validate', reason = 'passes now'
    WHERE q.side = 'read' AND q.system = 'golden' AND q.entity = %(entity)s
      AND q.state IN ('open', 'replay')
      AND EXISTS (SELECT FROM {stage} AS s WHERE s.source_id = q.source_id)
      AND NOT EXISTS (
          SELECT FROM pg_temp.concord_failing AS f
          WHERE f.source_id = q.source_id AND f.rules && %(critical)s::integer[]
      )
    RETURNING q.source_id
)
INSERT INTO ops.replan (entity, golden_id, reason)
SELECT %(entity)s, h.source_id::uuid, 'left quarantine' FROM healed AS h
ON CONFLICT DO NOTHING
