-- undo_records: records that a change set made, to be deleted where nobody has changed them since,
-- and records that it deleted, to be made again, as intents of another change set.
INSERT INTO ops.intent (key, change_set_id, batch_id, system, entity, golden_id, source_id, action,
                        new, old, base, base_version, reason)
SELECT md5(concat_ws('|', 'undo', n.key, %(target)s::text))::uuid, %(target)s, %(batch)s, n.system,
       n.entity, n.golden_id,
       CASE WHEN n.action = 'create' THEN n.source_id END,
       CASE WHEN n.action = 'create' THEN 'delete' ELSE 'create' END,
       CASE WHEN n.action = 'create' THEN '{{}}'::jsonb ELSE {values} END, '{{}}',
       CASE WHEN n.action = 'create' THEN i.raw ELSE '{{}}'::jsonb END, i.version,
       jsonb_build_object('undo', n.change_set_id)
FROM ops.intent AS n
JOIN {image} AS i ON i.source_id = n.source_id
WHERE n.change_set_id = %(change_set)s AND n.state = 'confirmed'
  AND (n.action = 'create' AND i.deleted_at IS NULL AND i.version = n.base_version + 1
       OR n.action = 'delete' AND i.deleted_at IS NOT NULL AND NOT EXISTS (
           SELECT FROM {image} AS other
           WHERE other.golden_id = n.golden_id AND other.deleted_at IS NULL))
