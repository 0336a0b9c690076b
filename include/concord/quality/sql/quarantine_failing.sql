-- quarantine_failing: rows that break a critical rule; an open entry takes the new causes, and keeps
-- the raw values it has as long as the source has not changed them (a fix may stand in the stage).
WITH broken AS (
    SELECT f.source_id, jsonb_agg(c.cause ORDER BY c.n) AS causes
    FROM (
        SELECT DISTINCT source_id, rule
        FROM pg_temp.concord_failing CROSS JOIN unnest(rules) AS rule
    ) AS f
    JOIN jsonb_to_recordset(%(causes)s) AS c (n integer, cause jsonb) ON c.n = f.rule
    GROUP BY f.source_id
)
INSERT INTO ops.quarantine AS q
    (side, system, entity, source_id, raw, raw_hash, causes, first_batch, last_batch)
SELECT DISTINCT ON (s.source_id)
    'read', %(system)s, %(entity)s, s.source_id, jsonb_object({names}, {texts}), s.raw_hash,
    b.causes, %(batch)s, %(batch)s
FROM broken AS b
JOIN {stage} AS s ON s.source_id = b.source_id AND s.op = 'U'
ORDER BY s.source_id
ON CONFLICT (system, entity, source_id, side) WHERE state IN ('open', 'replay') DO UPDATE
SET raw = CASE WHEN q.raw_hash = excluded.raw_hash THEN q.raw ELSE excluded.raw END,
    raw_hash = excluded.raw_hash,
    causes = excluded.causes,
    last_batch = excluded.last_batch,
    state = 'open'
