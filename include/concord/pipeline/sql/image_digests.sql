-- image_digests: per key bucket, count and order-independent digest of the raw hashes of the states
-- last seen of one system's records: taken as images, or waiting in quarantine or parked (the
-- definition of the digest is systems/digest.py).
WITH seen AS (
    SELECT i.source_id, i.raw_hash FROM {image} AS i
    WHERE i.deleted_at IS NULL
      AND NOT EXISTS (
          SELECT FROM ops.quarantine AS q
          WHERE q.system = %(system)s AND q.entity = %(entity)s AND q.source_id = i.source_id
            AND q.side = 'read' AND (q.state = 'open'
                 OR q.state = 'dismissed' AND q.last_batch > i.seen_batch))
      AND NOT EXISTS (
          SELECT FROM ops.parked AS p
          WHERE p.system = %(system)s AND p.entity = %(entity)s AND p.source_id = i.source_id)
    UNION ALL
    SELECT q.source_id, q.raw_hash FROM (
        SELECT DISTINCT ON (q.source_id) q.source_id, q.raw_hash, q.last_batch, q.state
        FROM ops.quarantine AS q
        WHERE q.system = %(system)s AND q.entity = %(entity)s AND q.side = 'read'
          AND q.state IN ('open', 'dismissed')
        ORDER BY q.source_id, q.quarantine_id DESC
    ) AS q
    WHERE q.state = 'open' OR NOT EXISTS (
        SELECT FROM {image} AS i
        WHERE i.source_id = q.source_id AND i.seen_batch >= q.last_batch)
    UNION ALL
    SELECT p.source_id, p.raw_hash FROM ops.parked AS p
    WHERE p.system = %(system)s AND p.entity = %(entity)s
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
