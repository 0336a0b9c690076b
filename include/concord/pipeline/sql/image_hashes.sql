-- image_hashes: keys and raw hashes of the states last seen of one system's records (see
-- image_digests) in the wanted buckets.
WITH seen AS (
{seen}
)
SELECT s.source_id, s.raw_hash
FROM seen AS s
WHERE ('x' || substr(md5(s.source_id), 1, 8))::bit(32)::bigint %% %(buckets)s = ANY(%(wanted)s)
