-- hold_deletions: the question about deletions over the limit, and which records it is about.
WITH asked AS (
    INSERT INTO ops.review (kind, system, entity, subject, detail, batch_id)
    VALUES ('mass_deletion', %(system)s, %(entity)s, 'deletions',
            jsonb_build_object('deletions', %(n)s::bigint), %(batch)s)
    ON CONFLICT (kind, coalesce(system, ''), coalesce(entity, ''), subject) WHERE state = 'open'
    DO UPDATE SET detail = excluded.detail, batch_id = excluded.batch_id
    RETURNING review_id
), read AS MATERIALIZED (
    {deletions}
), back AS (
    DELETE FROM ops.held_deletion AS h USING asked AS a
    WHERE h.review_id = a.review_id
      AND NOT EXISTS (SELECT FROM read AS d WHERE d.source_id = h.source_id)
)
INSERT INTO ops.held_deletion (review_id, source_id)
SELECT a.review_id, d.source_id FROM asked AS a CROSS JOIN (SELECT DISTINCT source_id FROM read) AS d
ON CONFLICT DO NOTHING
