-- record_tasks: what waits for a person about a golden record and its records.
SELECT 'quarantine', q.quarantine_id, q.system, q.state, q.opened_at
FROM unnest(%(systems)s::text[], %(keys)s::text[]) AS k (system, source_id)
JOIN ops.quarantine AS q ON q.source_id = k.source_id AND q.entity = %(entity)s
WHERE q.state IN ('open', 'replay')
  AND (q.system = k.system OR q.side = 'write' AND k.system = 'golden')
UNION
SELECT r.kind, r.review_id, r.system, r.state, r.opened_at
FROM ops.review AS r
WHERE r.golden_id = %(golden_id)s AND r.state = 'open'
ORDER BY 5, 2
