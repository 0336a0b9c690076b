-- image_digests: per key bucket, in the order of buckets, count and order-independent digest of the raw
-- hashes of the states last seen of one system's records: taken as images, or waiting in quarantine
-- or parked (the definition of the digest is systems/digest.py). OFFSET 0: each hash is computed once.
WITH seen AS NOT MATERIALIZED (
{seen}
)
SELECT d.bucket, count(*),
    sum(d.pair::bit(32)::integer) || ':' || sum(substring(d.pair, 33, 32)::integer) || ':'
    || sum(substring(d.pair, 65, 32)::integer) || ':' || sum(substring(d.pair, 97, 32)::integer)
FROM (
    SELECT ('x' || md5(s.source_id))::bit(32)::bigint %% %(buckets)s AS bucket,
        ('x' || md5(s.source_id || ':' || coalesce(encode(uuid_send(s.raw_hash), 'hex'), 'none')))::bit(128)
            AS pair
    FROM seen AS s
    OFFSET 0
) AS d
GROUP BY d.bucket
ORDER BY d.bucket
