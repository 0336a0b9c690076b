-- count_deletions: staged deletions of records that the hub still holds as live, and whether they are
-- more than half of these.
WITH deleted AS (
    SELECT count(*) AS n
    FROM {stage} AS s
    JOIN {image} AS i ON i.source_id = s.source_id AND i.deleted_at IS NULL
    WHERE s.op = 'D' AND NOT EXISTS (  -- made again
        SELECT FROM {stage} AS u WHERE u.source_id = s.source_id AND u.op = 'U')
)
SELECT d.n, 2 * d.n > (SELECT count(*) FROM (
    SELECT FROM {image} AS i WHERE i.deleted_at IS NULL LIMIT (SELECT 2 * n FROM deleted)) AS live)
FROM deleted AS d
