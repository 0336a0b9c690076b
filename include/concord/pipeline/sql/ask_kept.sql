-- ask_kept: records whose deletion is passed on but which a record that stays there refers to.
INSERT INTO ops.review (kind, system, entity, golden_id, subject, detail, batch_id)
SELECT DISTINCT 'conflict', i.system, %(entity)s, i.golden_id, i.golden_id || '/kept',
       jsonb_build_object('unit', 'deletion', 'deleted_in', d.system, 'source_id', d.source_id,
                          'kept', 'records there refer to it'),
       %(batch)s::bigint
FROM {scope} AS s
JOIN ops.deletion AS d ON d.entity = %(entity)s AND d.golden_id = s.golden_id
JOIN {image} AS i ON i.golden_id = d.golden_id AND i.deleted_at IS NULL
WHERE {referred}
ON CONFLICT (kind, coalesce(system, ''), coalesce(entity, ''), subject) WHERE state = 'open'
DO NOTHING
