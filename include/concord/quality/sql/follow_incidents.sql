-- follow_incidents: rules of one table that fail in this batch, one open incident each.
INSERT INTO ops.incident AS i
    (system, entity, rule, severity, owner, meaning, failed, opened_batch, last_batch)
SELECT v.system, v.entity, v.rule, v.severity, v.owner, v.meaning, v.failed, v.batch_id, v.batch_id
FROM ops.validation AS v
WHERE v.batch_id = %(batch)s AND v.system = %(system)s AND v.entity = %(entity)s
  AND NOT v.success AND v.severity <> 'info'
ON CONFLICT (system, entity, rule) WHERE state = 'open' DO UPDATE
SET failed = excluded.failed, severity = excluded.severity, meaning = excluded.meaning,
    runs = i.runs + (i.last_batch < excluded.last_batch)::int,
    last_batch = greatest(i.last_batch, excluded.last_batch)
