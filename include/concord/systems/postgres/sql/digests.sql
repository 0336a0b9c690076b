-- Count and digest of all records by key bucket, see concord.systems.digest. The two 64-bit halves
-- are summed in 32-bit pieces: sums of bigint are exact and fast. OFFSET 0 keeps the planner from
-- copying the hash into each of its four uses.
SELECT d.bucket, count(*),
    (sum(('x' || substr(d.pair, 1, 8))::bit(32)::bigint) * 4294967296
     + sum(('x' || substr(d.pair, 9, 8))::bit(32)::bigint))::text || ':' ||
    (sum(('x' || substr(d.pair, 17, 8))::bit(32)::bigint) * 4294967296
     + sum(('x' || substr(d.pair, 25, 8))::bit(32)::bigint))::text
FROM (
    SELECT {bucket} AS bucket, {pair} AS pair
    FROM (
        SELECT {id} AS source_id, {row_hash} AS raw_hash
        FROM {table} AS t{lines}
        WHERE t.{key} IS NOT NULL OFFSET 0
    ) AS r
    OFFSET 0
) AS d
GROUP BY d.bucket
