-- keep_ours: keys and raw hashes of the states last seen of one system's records (see image_digests)
-- in the wanted buckets.
INSERT INTO {ours} (source_id, raw_hash)
SELECT s.source_id, s.raw_hash
FROM (
{seen}
) AS s
WHERE ('x' || left(md5(s.source_id), 8))::bit(32)::bigint %% %(buckets)s = ANY(%(wanted)s::bigint[])
