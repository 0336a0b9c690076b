-- images: some records of a system as the hub last saw them.
SELECT r.source_id, {key}, {amount}, {home}, {called}, r.golden_id::text
FROM {image} AS r {joins}
WHERE r.source_id = ANY (%(ids)s) AND r.deleted_at IS NULL
