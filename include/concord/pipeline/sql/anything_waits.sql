-- anything_waits: entities of a system with writes that may go or were not answered; apart, deletions.
SELECT DISTINCT n.entity, n.action = 'delete'
FROM ops.intent AS n
JOIN ops.change_set AS s USING (change_set_id)
WHERE n.system = %(system)s AND n.entity = ANY(%(entities)s)
  AND n.state IN ('waiting', 'sent', 'unknown')
  AND (n.state <> 'waiting' OR s.state IN ('passed', 'approved'))
