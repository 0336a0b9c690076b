-- waiting_intents: the next slice of writes that may go, and whether all they refer to is there.
SELECT n.intent_id, n.key, n.golden_id, n.source_id, n.action, n.new, n.base, n.batch_id,
       {resolved}, {keys}
FROM ops.intent AS n
JOIN ops.change_set AS s USING (change_set_id)
{joins}
WHERE n.system = %(system)s AND n.entity = %(entity)s AND n.state IN ({states})
  AND n.intent_id > %(last)s AND (n.action = 'delete') = %(deletes)s AND s.state IN ('passed', 'approved')
ORDER BY n.intent_id
LIMIT %(slice)s
