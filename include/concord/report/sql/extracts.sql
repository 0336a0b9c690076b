-- extracts: entities and fields that this batch could not use, and the questions about them, whose
-- sentences are kept with what they were made of.
SELECT e.system, e.entity, e.held, e.stopped, (
    SELECT jsonb_object_agg(v.subject, v.detail)
    FROM ops.review AS v
    WHERE v.kind = 'schema' AND v.system = e.system AND v.entity = e.entity AND v.detail ? 'said')
FROM ops.extract AS e
WHERE batch_id = %(batch)s AND (held IS NOT NULL OR stopped <> '{{}}')
ORDER BY e.system, e.entity
