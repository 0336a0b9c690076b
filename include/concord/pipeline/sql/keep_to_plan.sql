-- keep_to_plan: what this batch takes in, until its writes are planned.
INSERT INTO ops.replan (entity, golden_id, reason)
SELECT %(entity)s, a.golden_id, 'taken in' FROM {affected} AS a
ON CONFLICT DO NOTHING
