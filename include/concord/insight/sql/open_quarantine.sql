-- Records in quarantine by system, entity and side, with money at stake and the oldest.
SELECT system, entity, side, count(*), sum(exposure), min(opened_at)
FROM ops.quarantine WHERE state IN ('open', 'replay')
GROUP BY system, entity, side
ORDER BY count(*) DESC, system, entity
