-- tell_linked: golden records to which a system has newly given a record, for the next batch of an
-- entity that refers to them.
INSERT INTO ops.relinked (child, entity, golden_id, batch_id)
SELECT DISTINCT %(child)s, %(entity)s, r.golden_id, %(batch)s
FROM {result} AS r
WHERE NOT r.known
