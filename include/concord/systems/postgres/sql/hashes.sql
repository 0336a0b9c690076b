-- Key and row hash of every record in the wanted buckets.
SELECT r.source_id, r.raw_hash
FROM (
    SELECT {id} AS source_id, {row_hash} AS raw_hash
    FROM {table} AS t{lines}
    WHERE t.{key} IS NOT NULL
) AS r
WHERE {bucket} = ANY ($2)
