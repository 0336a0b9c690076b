-- store_intents: desired writes that no intent stands for yet, as intents of a change set, with the
-- money that each puts at stake. What replaces a held write waits in the same change set for the same
-- answer. Those of a dry run have keys of their own, so that they never stand in for real ones; the plan
-- ends them once all entities are planned.
WITH held (golden_id, change_set_id) AS (
    SELECT * FROM unnest(%(replaced)s::uuid[], %(questions)s::bigint[])
)
INSERT INTO ops.intent (key, change_set_id, batch_id, system, entity, golden_id, source_id, action,
                        new, old, base, base_version, reason, money)
SELECT CASE WHEN %(dry_run)s THEN gen_random_uuid() ELSE d.key END,
       coalesce(h.change_set_id, %(change_set)s), %(batch)s, %(system)s, %(entity)s, d.golden_id,
       d.source_id, d.action, d.new, d.old, d.base, d.base_version, d.reason, {money}
FROM {desired} AS d
LEFT JOIN held AS h USING (golden_id)
{joins}
WHERE NOT EXISTS (SELECT FROM ops.intent AS n WHERE n.key = d.key)
ORDER BY d.golden_id
ON CONFLICT (key) DO NOTHING
