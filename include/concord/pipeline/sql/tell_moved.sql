-- tell_moved: records that belong to another golden record since this batch, each with the one that
-- they belonged to, for the next batch of an entity that refers to them.
INSERT INTO ops.relinked (child, entity, golden_id, system, source_id, batch_id)
SELECT %(child)s, %(entity)s, h.golden_id, r.system, r.source_id, %(batch)s
FROM {result} AS r
JOIN {parent_history} AS h
  ON h.system = r.system AND h.source_id = r.source_id AND h.replaced_batch = %(batch)s
WHERE r.system = %(system)s AND r.matched_by IN ('merged', 'unmerged')
  AND h.golden_id <> r.golden_id
