-- redirect: where golden ids that ended went; always to one that stays, never in two steps.
WITH followed AS (
    UPDATE ops.redirect AS d SET to_id = m.new
    FROM moved AS m
    WHERE d.entity = %(entity)s AND d.to_id = m.old
)
INSERT INTO ops.redirect (entity, from_id, to_id, reason, batch_id)
SELECT %(entity)s, m.old, m.new, 'merged in its system', %(batch)s FROM moved AS m
ON CONFLICT (entity, from_id) DO UPDATE SET to_id = excluded.to_id, batch_id = excluded.batch_id
