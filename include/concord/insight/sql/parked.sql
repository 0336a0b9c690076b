-- Parked records by system and entity, with the oldest.
SELECT system, entity, count(*), min(parked_at) FROM ops.parked GROUP BY system, entity
ORDER BY count(*) DESC, system, entity
