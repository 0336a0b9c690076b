-- find_documents: documents of one system with lines that refer to records which belong to another
-- golden record since this batch: their key and raw lines.
SELECT DISTINCT c.source_id, c.raw ->> {column}
FROM {result} AS r
JOIN {parent_history} AS h
  ON h.system = r.system AND h.source_id = r.source_id AND h.replaced_batch = %(batch)s
JOIN {child} AS c ON {names}
WHERE r.system = %(system)s AND r.matched_by IN ('merged', 'unmerged')
  AND h.golden_id <> r.golden_id AND NOT {column} = ANY(c.fixed)
