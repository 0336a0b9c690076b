-- waiting: keys of one system's records that wait, or waited, in quarantine or are parked.
SELECT q.source_id FROM ops.quarantine AS q
WHERE q.system = %(system)s AND q.entity = %(entity)s AND q.side = 'read'
  AND q.state IN ('open', 'dismissed')
UNION
SELECT p.source_id FROM ops.parked AS p
WHERE p.system = %(system)s AND p.entity = %(entity)s
