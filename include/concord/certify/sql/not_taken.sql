-- not_taken: records of a system that the hub does not hold as the system has them, with the reason.
SELECT t.source_id, t.kind, t.words
FROM ({troubles}) AS t
WHERE t.entity = %(entity)s AND t.system = %(system)s AND t.kind IN ('quarantine', 'parked')
  AND t.source_id IS NOT NULL
UNION ALL
SELECT i.source_id, 'policy', 'a steward corrected it in the hub'
FROM {image} AS i
WHERE i.fixed <> '{{}}' AND i.deleted_at IS NULL
  AND NOT EXISTS (
      SELECT FROM ops.quarantine AS q
      WHERE q.entity = %(entity)s AND q.system = %(system)s AND q.source_id = i.source_id
        AND q.state IN ('open', 'replay'))
