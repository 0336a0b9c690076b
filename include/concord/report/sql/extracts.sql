-- extracts: entities and fields that this batch could not use.
SELECT system, entity, held, stopped
FROM ops.extract
WHERE batch_id = %(batch)s AND (held IS NOT NULL OR stopped <> '{{}}')
ORDER BY system, entity
