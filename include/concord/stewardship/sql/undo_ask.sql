-- undo_ask: units that were changed since they were written: a person decides about each.
INSERT INTO ops.review (kind, system, entity, golden_id, subject, detail, batch_id)
SELECT 'undo', %(system)s, %(entity)s, u.golden_id,
       %(change_set)s::text || '/' || u.golden_id || '/' || u.unit,
       jsonb_build_object('unit', u.unit, 'record', u.source_id, 'change_set', %(change_set)s::bigint),
       (SELECT max(b.batch_id) FROM ops.batch AS b)
FROM undo AS u
WHERE NOT u.untouched
ON CONFLICT (kind, coalesce(system, ''), coalesce(entity, ''), subject) WHERE state = 'open'
DO NOTHING
