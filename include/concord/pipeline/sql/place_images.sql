-- place_images: records that a steward placed and that did not come in this batch, as new states.
INSERT INTO {result} (system, source_id, golden_id, known, matched_by, raw, raw_hash, read_seq, fixed,
                      {fields})
SELECT i.system, i.source_id, p.golden_id, false, CASE WHEN p.joins THEN 'merged' ELSE 'unmerged' END,
       i.raw, i.raw_hash, i.read_seq, i.fixed, {image_fields}
FROM {image} AS i
JOIN placed AS p ON p.system = i.system AND p.source_id = i.source_id
WHERE NOT EXISTS (
      SELECT FROM {result} AS r WHERE r.system = i.system AND r.source_id = i.source_id)
  AND NOT EXISTS (
      SELECT FROM {work} AS w
      WHERE w.system = i.system AND w.source_id = i.source_id AND w.op = 'D' AND w.class = 'new')
FOR NO KEY UPDATE OF i
