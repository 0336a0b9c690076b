-- park_unbound: new records of a system where a create of ours is on its way.
WITH unbound AS (
    UPDATE {work} SET class = 'parked' WHERE class = 'unbound'
    RETURNING system, source_id, raw, raw_hash, read_seq
)
INSERT INTO ops.parked (system, entity, source_id, raw, raw_hash, read_seq, batch_id, waits_for)
SELECT system, %(entity)s, source_id, raw, raw_hash, read_seq, %(batch)s,
       jsonb_build_array(jsonb_build_object('entity', '#create', 'source_id', ''))
FROM unbound
ON CONFLICT (system, entity, source_id) DO UPDATE
SET raw = excluded.raw, raw_hash = excluded.raw_hash, read_seq = excluded.read_seq,
    batch_id = excluded.batch_id, waits_for = excluded.waits_for
