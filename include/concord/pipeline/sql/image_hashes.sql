-- image_hashes: keys and stored raw hashes of one system's live images in the wanted buckets.
SELECT i.source_id, i.raw_hash
FROM {image} AS i
WHERE i.deleted_at IS NULL
  AND ('x' || substr(md5(i.source_id), 1, 8))::bit(32)::bigint %% %(buckets)s = ANY(%(wanted)s)
