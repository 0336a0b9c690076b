-- replan_made: golden records of which a target made more than it was given (defaults of its own, in
-- lines as well): the next batch takes that into account.
INSERT INTO ops.replan (entity, golden_id, reason)
SELECT DISTINCT %(entity)s, n.golden_id, 'the target filled in fields of its own'
FROM outcome AS o
JOIN ops.intent AS n USING (key)
JOIN read_back AS b USING (key)
{joins}
WHERE o.state = 'confirmed' AND (n.action = 'create' AND ({filled_in}) OR NOT o.later AND ({made_more}))
ON CONFLICT DO NOTHING
