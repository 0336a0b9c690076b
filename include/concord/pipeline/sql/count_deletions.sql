-- count_deletions: how many deletions were read, and whether they are of more than half of the live records.
WITH deleted AS (
    SELECT count(*) AS n FROM ({deletions}) AS d
)
SELECT d.n, 2 * d.n > (SELECT count(*) FROM (
    SELECT FROM {image} AS i WHERE i.deleted_at IS NULL LIMIT (SELECT 2 * n FROM deleted)) AS live)
FROM deleted AS d
