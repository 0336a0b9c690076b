-- Records in quarantine by system, entity and side, with the oldest.
SELECT system, entity, side, count(*), min(opened_at)
FROM ops.quarantine WHERE state IN ('open', 'replay')
GROUP BY system, entity, side
ORDER BY count(*) DESC, system, entity
