-- seen_all: the same as seen.sql. Images of records that wait nowhere are taken as they are.
SELECT i.source_id, i.raw_hash
FROM {image} AS i
WHERE i.deleted_at IS NULL AND i.source_id NOT IN (
{waiting}
)
UNION ALL
SELECT w.source_id, w.raw_hash
FROM (
{seen}
) AS w
