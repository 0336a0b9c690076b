-- take_deleted: records that we deleted.
UPDATE {image} AS i
SET deleted_at = clock_timestamp(), version = i.version + 1,
    read_seq = greatest(i.read_seq, %(seq)s)
FROM outcome AS o
JOIN ops.intent AS n USING (key)
WHERE o.state = 'confirmed' AND n.action = 'delete'
  AND i.source_id = n.source_id
