-- replan_created: records that we made although their golden record had ended meanwhile.
INSERT INTO ops.replan (entity, golden_id, reason)
SELECT DISTINCT n.entity, coalesce(d.to_id, n.golden_id), 'made after it had ended'
FROM outcome AS o
JOIN ops.intent AS n USING (key)
JOIN {golden} AS g ON g.golden_id = n.golden_id
LEFT JOIN ops.redirect AS d ON d.entity = n.entity AND d.from_id = n.golden_id
WHERE o.state = 'confirmed' AND n.action = 'create' AND g.deleted_at IS NOT NULL
ON CONFLICT DO NOTHING
