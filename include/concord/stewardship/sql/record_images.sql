-- record_images: the records of one golden record and what they say.
SELECT i.system, i.source_id, i.deleted_at IS NULL, i.first_batch, i.seen_batch, i.version, {values},
       i.changed
FROM {image} AS i
WHERE i.golden_id = %(golden_id)s
ORDER BY i.system, i.first_batch, i.source_id
