-- follow_lines: documents whose lines are resolved anew refer to what these are now; their golden
-- records are computed and planned anew.
WITH followed AS (
    SELECT x.id AS source_id, x.value
    FROM {resolved} AS x
    JOIN {child} AS c ON c.source_id = x.id
    WHERE x.missing = '[]' AND c.{lines} IS DISTINCT FROM x.value
),
kept AS (
    INSERT INTO {child_history} ({stored}, replaced_batch, replaced_at)
    SELECT {stored_c}, %(batch)s, clock_timestamp()
    FROM {child} AS c JOIN followed USING (source_id)
),
replanned AS (
    INSERT INTO ops.replan (entity, golden_id, reason)
    SELECT DISTINCT %(child)s, c.golden_id, 'what its lines refer to was merged or taken apart'
    FROM {child} AS c JOIN followed USING (source_id)
    ON CONFLICT DO NOTHING
)
UPDATE {child} AS c SET {lines} = f.value, version = c.version + 1
FROM followed AS f
WHERE c.source_id = f.source_id
