-- Key and row hash of every record in the wanted buckets.
SELECT x.id, {row_hash}::uuid
FROM (
    SELECT {id} AS id{texts}
    FROM {table} AS t{lines}
    WHERE t.{key} IS NOT NULL AND ('x' || {key_digest})::bit(32)::bigint % $1 = ANY ($2::bigint[])
    OFFSET 0
) AS x
