-- forget_lines: rows of golden lines that change or go in this batch.
DELETE FROM {rows} AS l
USING {new} AS n
LEFT JOIN {golden} AS g ON g.golden_id = n.golden_id
WHERE l.golden_id = n.golden_id AND n.differs
  AND (n.gone OR g.deleted_at IS NOT NULL OR n.{lines} IS DISTINCT FROM g.{lines})
