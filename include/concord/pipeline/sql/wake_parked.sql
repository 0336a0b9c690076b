-- wake_parked: parked rows, not read in this batch, that wait for nothing any more.
INSERT INTO {work} (system, source_id, op, class, origin, raw, raw_hash, read_seq, known, fixed)
SELECT p.system, p.source_id, 'U', 'new', 'parked', p.raw, p.raw_hash, p.read_seq,
       i.source_id IS NOT NULL AND i.deleted_at IS NULL, '{{}}'
FROM ops.parked AS p
LEFT JOIN {image} AS i ON i.system = p.system AND i.source_id = p.source_id
WHERE p.entity = %(entity)s AND p.system = ANY(%(systems)s)
  AND coalesce(i.read_seq, 0) < p.read_seq
  AND NOT EXISTS (
      SELECT FROM {work} AS w WHERE w.system = p.system AND w.source_id = p.source_id)
  AND NOT EXISTS (
      SELECT FROM jsonb_to_recordset(p.waits_for) AS x(entity text, source_id text)
      WHERE NOT ({known} OR {merged_known} OR (x.entity = '#create' AND NOT EXISTS (
          SELECT FROM ops.intent AS n
          WHERE n.system = p.system AND n.entity = p.entity AND n.action = 'create'
            AND n.state IN ('sent', 'unknown')))))
