-- overtake_deletions: deletions on their way to the other systems whose golden record a new state
-- keeps alive: they are passed on no more, and a person is asked when another system changed it.
WITH overtaken AS (
    DELETE FROM ops.deletion AS d
    USING {result} AS r
    WHERE d.entity = %(entity)s AND d.golden_id = r.golden_id AND NOT {row_adds}
    RETURNING d.golden_id, d.system, d.source_id, r.system AS changed_in
)
INSERT INTO ops.review (kind, entity, golden_id, subject, detail, batch_id)
SELECT 'conflict', %(entity)s, o.golden_id, o.golden_id || '/deletion',
       jsonb_build_object('unit', 'deletion', 'deleted_in', o.system, 'source_id', o.source_id),
       %(batch)s
FROM overtaken AS o
WHERE o.changed_in <> o.system
ON CONFLICT (kind, coalesce(system, ''), coalesce(entity, ''), subject) WHERE state = 'open'
DO NOTHING
