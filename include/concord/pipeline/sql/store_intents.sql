-- store_intents: desired writes that no intent stands for yet, as intents of a change set. Those of
-- a dry run are over at once, under keys of their own, so that they never stand in for real ones.
INSERT INTO ops.intent (key, change_set_id, batch_id, system, entity, golden_id, source_id, action,
                        new, old, base, base_version, reason, state, error, ended_at)
SELECT CASE WHEN %(dry_run)s THEN gen_random_uuid() ELSE d.key END,
       %(change_set)s, %(batch)s, %(system)s, %(entity)s, d.golden_id, d.source_id, d.action,
       d.new, d.old, d.base, d.base_version, d.reason,
       CASE WHEN %(dry_run)s THEN 'superseded' ELSE 'waiting' END,
       CASE WHEN %(dry_run)s THEN 'dry run' END,
       CASE WHEN %(dry_run)s THEN clock_timestamp() END
FROM {desired} AS d
WHERE NOT EXISTS (SELECT FROM ops.intent AS n WHERE n.key = d.key)
ORDER BY d.golden_id
ON CONFLICT (key) DO NOTHING
