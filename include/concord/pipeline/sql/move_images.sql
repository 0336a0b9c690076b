-- move_images: the other records of a golden record that ended, as new states of the one that stays.
INSERT INTO {result} (system, source_id, golden_id, known, matched_by, raw, raw_hash, read_seq, fixed,
                      {fields})
SELECT i.system, i.source_id, m.new, false, 'merged', i.raw, i.raw_hash, i.read_seq, i.fixed,
       {image_fields}
FROM {image} AS i
JOIN moved AS m ON m.old = i.golden_id
WHERE i.deleted_at IS NULL
  AND NOT EXISTS (
      SELECT FROM {result} AS r WHERE r.system = i.system AND r.source_id = i.source_id)
  AND NOT EXISTS (
      SELECT FROM {work} AS w
      WHERE w.system = i.system AND w.source_id = i.source_id AND w.op = 'D' AND w.class = 'new')
FOR NO KEY UPDATE OF i
