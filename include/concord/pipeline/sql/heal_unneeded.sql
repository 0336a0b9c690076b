-- heal_unneeded: refused writes of records that by now hold all that is wanted of them, or are gone.
-- Not of those that were left out of the plan: in quarantine, or with a write on its way.
UPDATE ops.quarantine AS q
SET state = 'healed', closed_at = clock_timestamp(), closed_by = 'concord', reason = 'nothing is left to write'
FROM {scope} AS s
LEFT JOIN {golden} AS g USING (golden_id)
LEFT JOIN LATERAL (
    SELECT i.source_id FROM {image} AS i
    WHERE i.golden_id = s.golden_id AND i.deleted_at IS NULL
    ORDER BY i.first_batch, i.source_id LIMIT 1
) AS i ON true
WHERE q.side = 'write' AND q.state IN ('open', 'replay') AND q.system = %(system)s AND q.entity = %(entity)s
  AND q.source_id IN (s.golden_id::text, i.source_id)
  AND (i.source_id IS NOT NULL OR g.deleted_at IS NOT NULL)
  AND NOT EXISTS (SELECT FROM {desired} AS d WHERE d.golden_id = s.golden_id)
  AND NOT EXISTS (
    SELECT FROM ops.intent AS n
    WHERE n.golden_id = s.golden_id AND n.system = q.system AND n.entity = q.entity
      AND n.state IN ('sent', 'unknown'))
  AND NOT EXISTS (
    SELECT FROM ops.quarantine AS r
    WHERE r.entity = q.entity AND r.state IN ('open', 'replay') AND r.side = 'read'
      AND (r.system = 'golden' AND r.source_id = s.golden_id::text
           OR r.system = q.system AND r.source_id = i.source_id))
