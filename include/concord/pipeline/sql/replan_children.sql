-- replan_children: golden records that refer to a record which a system has newly given.
INSERT INTO ops.replan (entity, golden_id, reason)
SELECT DISTINCT %(entity)s, c.golden_id, 'what it refers to was linked'
FROM {child} AS c
JOIN {result} AS r ON {ref} = r.golden_id AND NOT r.known
WHERE c.deleted_at IS NULL
ON CONFLICT DO NOTHING
