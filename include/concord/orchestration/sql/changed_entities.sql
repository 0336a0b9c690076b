-- changed_entities: the entities of which one batch changed golden records.
SELECT entity
FROM ops.batch_count
WHERE batch_id = %(batch)s
  AND system = 'golden'
  AND name = 'golden_changed'
  AND n > 0
ORDER BY entity;
