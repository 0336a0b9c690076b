-- undo_decide: a steward's decision for each unit that still holds what was written: what it held
-- before. Its golden record is planned again.
WITH decided AS (
    INSERT INTO ops.decision (entity, golden_id, unit, value, batch_id, actor, comment)
    SELECT DISTINCT ON (u.golden_id, u.unit) %(entity)s, u.golden_id, u.unit, u.value,
           (SELECT max(b.batch_id) FROM ops.batch AS b), %(actor)s, %(comment)s
    FROM undo AS u
    WHERE u.untouched
    RETURNING golden_id
)
INSERT INTO ops.replan (entity, golden_id, reason)
SELECT DISTINCT %(entity)s, d.golden_id, 'undone' FROM decided AS d
ON CONFLICT DO NOTHING
