-- deletions_read: staged deletions of records that the hub still holds as live.
SELECT s.source_id
FROM {stage} AS s
JOIN {image} AS i ON i.source_id = s.source_id AND i.deleted_at IS NULL
WHERE s.op = 'D' AND NOT EXISTS (  -- made again
    SELECT FROM {stage} AS u WHERE u.source_id = s.source_id AND u.op = 'U')
