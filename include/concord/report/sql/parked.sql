-- parked: records that wait for others, by table.
SELECT system, entity, count(*), min(parked_at) FROM ops.parked GROUP BY system, entity
ORDER BY system, entity
