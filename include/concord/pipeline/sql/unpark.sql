-- unpark: parked rows that were taken, replaced by another state, or are gone.
DELETE FROM ops.parked AS p
USING {work} AS w
WHERE p.system = w.system AND p.entity = %(entity)s AND p.source_id = w.source_id
  AND w.class IN ('new', 'unchanged', 'quarantined')
