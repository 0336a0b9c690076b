-- set_aside: records that wait in quarantine or for what they refer to, by table.
SELECT 'quarantined', q.system, q.entity, count(*)
FROM ops.quarantine AS q
WHERE q.side = 'read' AND q.state IN ('open', 'replay')
GROUP BY q.system, q.entity
UNION ALL
SELECT 'parked', p.system, p.entity, count(*) FROM ops.parked AS p GROUP BY p.system, p.entity
