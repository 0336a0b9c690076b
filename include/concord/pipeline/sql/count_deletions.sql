-- count_deletions: staged deletions of records that the hub still holds as live.
SELECT count(*)
FROM {stage} AS s
JOIN {image} AS i ON i.source_id = s.source_id AND i.deleted_at IS NULL
WHERE s.op = 'D'
