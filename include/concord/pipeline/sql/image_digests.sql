-- image_digests: per key bucket, count and order-independent digest of the raw hashes of the states
-- last seen of one system's records: taken as images, or waiting in quarantine or parked (the
-- definition of the digest is systems/digest.py).
WITH seen AS (
{seen}
)
SELECT bucket, count(*), sum(a)::text || ':' || sum(b)::text
FROM (
    SELECT ('x' || substr(md5(s.source_id), 1, 8))::bit(32)::bigint %% %(buckets)s AS bucket,
           ('x' || substr(h.both, 1, 16))::bit(64)::bigint::numeric
               + CASE WHEN substr(h.both, 1, 1) >= '8' THEN 18446744073709551616 ELSE 0 END AS a,
           ('x' || substr(h.both, 17, 16))::bit(64)::bigint::numeric
               + CASE WHEN substr(h.both, 17, 1) >= '8' THEN 18446744073709551616 ELSE 0 END AS b
    FROM seen AS s
    CROSS JOIN LATERAL (
        SELECT md5(s.source_id || ':' || coalesce(s.raw_hash::text, 'none')) AS both
    ) AS h
) AS one
GROUP BY bucket
