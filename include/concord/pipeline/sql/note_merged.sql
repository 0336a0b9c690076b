-- note_merged: records of this batch that say which record they were merged into.
INSERT INTO ops.merged AS m (system, entity, source_id, into_id, golden_id, batch_id)
SELECT r.system, %(entity)s, r.source_id, {pointer}, r.golden_id, %(batch)s
FROM {result} AS r
WHERE {pointer} IS NOT NULL
ON CONFLICT (system, entity, source_id) DO UPDATE SET into_id = excluded.into_id
