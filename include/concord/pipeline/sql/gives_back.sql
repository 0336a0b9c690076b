-- gives_back: how many desired writes give a system back what it had before it was set back, while
-- nobody has said yet which of the two is right.
SELECT count(*)
FROM {desired} AS d
JOIN {image} AS i ON i.source_id = d.source_id
JOIN ops.review AS r
  ON r.kind = 'set_back' AND r.state = 'open' AND r.system = %(system)s AND r.entity = %(entity)s
WHERE i.fixed <> '{{}}' AND i.deleted_at IS NULL
