-- derive_lines: the lines of golden records that are new or have other lines, one row a line.
INSERT INTO {rows} (golden_id, position, {fields})
SELECT n.golden_id, l.position, {values}
FROM {new} AS n
LEFT JOIN {golden} AS g ON g.golden_id = n.golden_id
CROSS JOIN LATERAL jsonb_array_elements(n.{lines}) WITH ORDINALITY AS l(line, position)
WHERE n.differs AND NOT n.gone
  AND (g.golden_id IS NULL OR g.deleted_at IS NOT NULL OR n.{lines} IS DISTINCT FROM g.{lines})
