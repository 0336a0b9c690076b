-- Count and digest of all records by key bucket, in the order of buckets; those without a key last, in
-- bucket NULL. See concord.systems.digest. The volatile column `fence` keeps the planner from copying
-- a hash into each of its uses, and lets workers share the scan all the same.
SELECT d.bucket, count(*), coalesce(
    sum(d.pair::bit(32)::integer) || ':' || sum(substring(d.pair, 33, 32)::integer) || ':'
    || sum(substring(d.pair, 65, 32)::integer) || ':' || sum(substring(d.pair, 97, 32)::integer), '')
FROM (
    SELECT ('x' || left({key_digest}, 8))::bit(32)::bigint % $1 AS bucket,
        ('x' || {pair})::bit(128) AS pair, clock_timestamp() AS fence
    FROM (
        SELECT {id} AS id, {row_hash} AS row_hash, clock_timestamp() AS fence
        FROM {table} AS t{lines}
    ) AS r
) AS d
GROUP BY d.bucket
ORDER BY d.bucket
