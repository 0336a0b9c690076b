-- join_known: rows without a golden id that share this key with exactly one golden record, through
-- an image that is not itself being replaced or deleted now or through a row of this batch linked
-- before. Nothing is linked to what is gone: a record made again is a new one.
WITH candidate AS (
    SELECT r.id, i.golden_id
    FROM {result} AS r
    JOIN {image} AS i ON {same_image}
    LEFT JOIN {golden} AS g ON g.golden_id = i.golden_id
    WHERE r.golden_id IS NULL AND i.deleted_at IS NULL
      AND NOT ({apart_image}) AND NOT ({apart_golden})
      AND NOT EXISTS (
          SELECT FROM {result} AS n WHERE n.system = i.system AND n.source_id = i.source_id)
      AND NOT EXISTS (
          SELECT FROM {work} AS w
          WHERE w.system = i.system AND w.source_id = i.source_id AND w.op = 'D' AND w.class = 'new')
    UNION
    SELECT r.id, k.golden_id
    FROM {result} AS r
    JOIN {result} AS k ON {same_row}
    WHERE r.golden_id IS NULL AND k.golden_id IS NOT NULL AND NOT ({apart_row})
),
found AS (
    SELECT id, (array_agg(golden_id ORDER BY golden_id))[1] AS golden_id, count(*) AS n
    FROM candidate GROUP BY id
),
ambiguous AS (
    INSERT INTO ops.review (kind, system, entity, subject, detail, batch_id)
    SELECT 'match', r.system, %(entity)s, r.source_id,
           jsonb_build_object('key', %(key)s::text, 'candidates', f.n), %(batch)s
    FROM found AS f JOIN {result} AS r USING (id)
    WHERE f.n > 1 AND NOT EXISTS (  -- a steward has said already what it is
        SELECT FROM ops.review AS v
        WHERE v.kind = 'match' AND v.state <> 'open' AND v.system = r.system
          AND v.entity = %(entity)s AND v.subject = r.source_id AND v.decided IS NOT NULL)
    ON CONFLICT (kind, coalesce(system, ''), coalesce(entity, ''), subject) WHERE state = 'open'
    DO NOTHING
)
UPDATE {result} AS r SET golden_id = f.golden_id, matched_by = %(key)s
FROM found AS f
WHERE r.id = f.id AND f.n = 1
