-- Key and row hash of every record in the wanted buckets.
SELECT {id}, {row_hash}
FROM {table} AS t{lines}
WHERE t.{key} IS NOT NULL
  AND ('x' || left({key_digest}, 8))::bit(32)::bigint % $1 = ANY ($2::bigint[])
