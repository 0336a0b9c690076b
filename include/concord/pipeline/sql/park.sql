-- park: rows that refer to a record which the hub does not know, put aside until it does.
WITH waiting AS (
    SELECT r.id, r.system, r.source_id, r.raw, r.raw_hash, r.read_seq, {waits} AS waits_for
    FROM {result} AS r
),
unresolved AS (
    SELECT * FROM waiting WHERE waits_for <> '[]'
),
marked AS (
    UPDATE {work} AS w SET class = 'parked' FROM unresolved AS u WHERE w.id = u.id
),
removed AS (
    DELETE FROM {result} AS r USING unresolved AS u WHERE r.id = u.id
)
INSERT INTO ops.parked (system, entity, source_id, raw, raw_hash, read_seq, batch_id, waits_for)
SELECT u.system, %(entity)s, u.source_id, u.raw, u.raw_hash, u.read_seq, %(batch)s, u.waits_for
FROM unresolved AS u
ON CONFLICT (system, entity, source_id) DO UPDATE
SET raw = excluded.raw, raw_hash = excluded.raw_hash, read_seq = excluded.read_seq,
    batch_id = excluded.batch_id, waits_for = excluded.waits_for
