-- expose: the money at stake of open tasks of one entity that has not been looked up for a while. Those
-- that a batch or a person is busy with are left for the next time: nobody waits for this.
WITH due AS (
    SELECT {key} AS id FROM {task} AS t
    WHERE {waits} AND t.entity = %(entity)s
      AND (t.exposed_at IS NULL OR t.exposed_at < clock_timestamp() - %(fresh)s::interval)
    ORDER BY t.exposed_at NULLS FIRST
    LIMIT %(most)s
    FOR NO KEY UPDATE SKIP LOCKED
),
s AS MATERIALIZED (
    SELECT t.{key} AS id, t.system, k.source_id, {raw} AS raw, {golden_id} AS golden_id
    FROM due
    JOIN {task} AS t ON t.{key} = due.id
    CROSS JOIN LATERAL (SELECT {subject} AS source_id) AS k
),
found AS (
    SELECT s.id, {ordered} AS ordered, {receivable} AS receivable FROM s
)
UPDATE {task} AS t
SET ordered = coalesce(f.ordered, 0), receivable = coalesce(f.receivable, 0),
    exposed_at = clock_timestamp()
FROM found AS f
WHERE t.{key} = f.id
