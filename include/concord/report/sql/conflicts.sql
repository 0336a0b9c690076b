-- conflicts: the batch's conflicts by what they are about.
SELECT entity, unit, kind, count(*), count(*) FILTER (WHERE state = 'open')
FROM ops.conflict
WHERE batch_id = %(batch)s
GROUP BY entity, unit, kind
ORDER BY count(*) DESC, entity, unit, kind
