-- image_digests: per key bucket, count and order-independent digest of the stored raw hashes of one
-- system's live images (the definition is systems/digest.py).
SELECT bucket, count(*), sum(trunc(a))::text || ':' || sum(trunc(b))::text
FROM (
    SELECT ('x' || substr(md5(i.source_id), 1, 8))::bit(32)::bigint %% %(buckets)s AS bucket,
           ('x' || substr(h.both, 1, 16))::bit(64)::bigint::numeric
               + CASE WHEN substr(h.both, 1, 1) >= '8' THEN 18446744073709551616 ELSE 0 END AS a,
           ('x' || substr(h.both, 17, 16))::bit(64)::bigint::numeric
               + CASE WHEN substr(h.both, 17, 1) >= '8' THEN 18446744073709551616 ELSE 0 END AS b
    FROM {image} AS i
    CROSS JOIN LATERAL (
        SELECT md5(i.source_id || ':' || coalesce(i.raw_hash::text, 'none')) AS both
    ) AS h
    WHERE i.deleted_at IS NULL
) AS one
GROUP BY bucket
