-- replan_made: golden records of which a target made more than it was given (defaults of its own):
-- the next batch takes that into account.
INSERT INTO ops.replan (entity, golden_id, reason)
SELECT DISTINCT %(entity)s, n.golden_id, 'the target filled in fields of its own'
FROM outcome AS o
JOIN ops.intent AS n USING (key)
JOIN read_back AS b USING (key)
WHERE o.state = 'confirmed' AND n.action = 'create' AND ({filled_in})
ON CONFLICT DO NOTHING
