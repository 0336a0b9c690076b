-- tell_created: golden records that are about to be made in a system, for the next batch of an entity
-- that refers to them.
INSERT INTO ops.relinked (child, entity, golden_id, batch_id)
SELECT %(child)s, %(entity)s, n.golden_id, %(batch)s
FROM ops.intent AS n
WHERE n.batch_id = %(batch)s AND n.system = %(system)s AND n.entity = %(entity)s
  AND n.action = 'create' AND n.state = 'waiting'
