-- keep_tombstones: deleted images whose key names something else from this batch on.
INSERT INTO ops.tombstone (system, entity, golden_id, batch_id)
SELECT DISTINCT i.system, %(entity)s, i.golden_id, %(batch)s::bigint
FROM {result} AS r
JOIN {image} AS i ON i.system = r.system AND i.source_id = r.source_id
WHERE i.deleted_at IS NOT NULL AND i.golden_id <> r.golden_id
ON CONFLICT DO NOTHING
