-- unreadable_fixes: staged rows whose fix holds a text that its column's type cannot take (rule 0).
INSERT INTO pg_temp.concord_failing (source_id, rules)
SELECT s.source_id, ARRAY[0]
FROM {stage} AS s
JOIN ops.quarantine AS q ON q.source_id = s.source_id AND q.raw_hash = s.raw_hash
WHERE q.side = 'read' AND q.system = %(system)s AND q.entity = %(entity)s
  AND q.state = 'replay' AND s.op = 'U' AND ({unreadable})
