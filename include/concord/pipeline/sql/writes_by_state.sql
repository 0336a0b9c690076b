-- writes_by_state: how many writes of a batch each entity of a system has, by what became of them.
SELECT n.entity, CASE n.state WHEN 'sent' THEN 'unknown' ELSE n.state END, count(*)
FROM ops.intent AS n
WHERE n.batch_id = %(batch)s AND n.system = %(system)s AND n.entity = ANY(%(entities)s)
GROUP BY 1, 2
