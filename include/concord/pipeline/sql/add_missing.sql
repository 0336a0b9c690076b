-- add_missing: live images of one system that a complete reading does not hold, staged as deletions.
INSERT INTO {stage} (source_id, op)
SELECT i.source_id, 'D'
FROM {image} AS i
WHERE i.deleted_at IS NULL
  AND NOT EXISTS (SELECT FROM {stage} AS s WHERE s.source_id = i.source_id)
