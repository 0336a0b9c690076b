-- reread_later: records that were read some time after they were written.
INSERT INTO ops.reread (system, entity, source_id, reason)
SELECT DISTINCT n.system, n.entity, o.source_id, 'read some time after it was written'
FROM outcome AS o
JOIN ops.intent AS n USING (key)
WHERE o.later AND o.state = 'confirmed' AND o.source_id IS NOT NULL
ON CONFLICT DO NOTHING
