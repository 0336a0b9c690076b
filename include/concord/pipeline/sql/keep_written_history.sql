-- keep_written_history: images that confirmed writes replace, as they were. Locked, or a batch could
-- take one in before it is replaced.
INSERT INTO {history} ({stored}, replaced_batch, replaced_at)
SELECT {stored_i}, %(batch)s, clock_timestamp()
FROM outcome AS o
JOIN {image} AS i ON i.source_id = o.source_id
WHERE o.state = 'confirmed'
ORDER BY i.source_id
FOR NO KEY UPDATE OF i
