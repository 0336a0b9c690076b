-- undo_made: of a change set's created and deleted records: how many can be deleted again, how many
-- can be made again, and how many made ones were changed since.
SELECT count(*) FILTER (WHERE n.action = 'create' AND i.deleted_at IS NULL AND i.version = n.base_version + 1),
       count(*) FILTER (WHERE n.action = 'delete' AND i.deleted_at IS NOT NULL AND NOT EXISTS (
           SELECT FROM {image} AS other
           WHERE other.golden_id = n.golden_id AND other.deleted_at IS NULL)),
       count(*) FILTER (WHERE n.action = 'create' AND i.deleted_at IS NULL AND i.version <> n.base_version + 1)
FROM ops.intent AS n
JOIN {image} AS i ON i.source_id = n.source_id
WHERE n.change_set_id = %(change_set)s AND n.state = 'confirmed' AND n.action <> 'update'
