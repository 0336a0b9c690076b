-- replan_all: every golden record of an entity, to be planned by the next batch.
INSERT INTO ops.replan (entity, golden_id, reason)
SELECT %(entity)s, g.golden_id, %(reason)s FROM {golden} AS g
ON CONFLICT DO NOTHING
