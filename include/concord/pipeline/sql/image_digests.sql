-- image_digests: per key bucket, in the order of buckets, count and order-independent digest of the raw
-- hashes of the states last seen of one system's records (the definition is systems/digest.py). Most
-- records wait nowhere: their images are scanned without a join, by several workers where there are.
-- The volatile column `fence` keeps the planner from computing a hash for each of its uses.
SELECT d.bucket, count(*),
    sum(d.pair::bit(32)::integer) || ':' || sum(substring(d.pair, 33, 32)::integer) || ':'
    || sum(substring(d.pair, 65, 32)::integer) || ':' || sum(substring(d.pair, 97, 32)::integer)
FROM (
    SELECT ('x' || left(md5(s.source_id), 8))::bit(32)::bigint %% %(buckets)s AS bucket,
        ('x' || md5(s.source_id || ':' || coalesce(encode(uuid_send(s.raw_hash), 'hex'), 'none')))::bit(128)
            AS pair,
        clock_timestamp() AS fence
    FROM (
{seen}
    ) AS s
) AS d
GROUP BY d.bucket
ORDER BY d.bucket
