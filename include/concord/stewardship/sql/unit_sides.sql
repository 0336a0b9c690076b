-- unit_sides: what a golden record and each record of it say about one unit; of an open conflict what
-- was typed there, unless the record was changed again since.
SELECT 'golden', g.golden_id::text, {golden_values}, NULL::jsonb, NULL::jsonb,
       (g.provenance -> %(unit)s ->> 'batch')::bigint, g.updated_at, g.deleted_at IS NULL,
       g.provenance -> %(unit)s ->> 'rule'
FROM {golden} AS g
WHERE g.golden_id = %(golden_id)s
UNION ALL
(SELECT i.system, i.source_id, {values}, CASE WHEN c.batch_id >= n.batch_id THEN c.value END, c.base,
        n.batch_id, b.started_at, i.deleted_at IS NULL, NULL
 FROM {image} AS i
 CROSS JOIN LATERAL (SELECT coalesce(greatest({changed}), i.first_batch) AS batch_id) AS n
 LEFT JOIN ops.batch AS b ON b.batch_id = n.batch_id
 LEFT JOIN LATERAL (
     SELECT x.loser -> 'value' AS value, x.loser -> 'base' AS base, x.batch_id
     FROM ops.conflict AS x
     WHERE x.golden_id = i.golden_id AND x.entity = %(entity)s AND x.unit = %(unit)s
       AND x.loser ->> 'system' = i.system AND x.loser ->> 'source_id' = i.source_id
       AND x.state = 'open'
     ORDER BY x.conflict_id DESC
     LIMIT 1) AS c ON true
 WHERE i.golden_id = %(golden_id)s
 ORDER BY i.system, i.first_batch, i.source_id)
