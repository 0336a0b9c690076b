-- find_moves: golden records that end because one of their records was merged into a record of
-- another one, each with the one that stays: the end of the chain, in a circle the oldest.
CREATE TEMP TABLE moved ON COMMIT DROP AS
WITH RECURSIVE edge AS (
    SELECT e.old, (array_agg(e.new ORDER BY e.new))[1] AS new
    FROM (
        SELECT r.golden_id AS old, coalesce(k.golden_id, i.golden_id) AS new
        FROM {result} AS r
        JOIN ops.merged AS m
          ON m.entity = %(entity)s AND m.system = r.system AND m.source_id = r.source_id
        LEFT JOIN {result} AS k ON k.system = m.system AND k.source_id = m.into_id
        LEFT JOIN {image} AS i ON i.system = m.system AND i.source_id = m.into_id
    ) AS e
    WHERE e.old <> e.new
    GROUP BY e.old
),
walk AS (
    SELECT e.old AS start, e.new AS at FROM edge AS e
    UNION
    SELECT w.start, e.new FROM walk AS w JOIN edge AS e ON e.old = w.at
),
ending AS (
    SELECT w.start AS old,
           coalesce((array_agg(w.at) FILTER (WHERE NOT EXISTS (
                        SELECT FROM edge AS e WHERE e.old = w.at)))[1],
                    (array_agg(w.at ORDER BY w.at))[1]) AS new
    FROM walk AS w
    GROUP BY w.start
)
SELECT old, new FROM ending WHERE old <> new
