-- waiting: by system and entity, why a table was held back in a batch, and the records that stand
-- apart now.
SELECT e.system, e.entity,
       jsonb_build_object(
           'held', e.held,
           'quarantined', (
               SELECT count(*) FROM ops.quarantine AS q
               WHERE q.system = e.system AND q.entity = e.entity AND q.state IN ('open', 'replay')),
           'parked', (
               SELECT count(*) FROM ops.parked AS p
               WHERE p.system = e.system AND p.entity = e.entity))
FROM ops.extract AS e
WHERE e.batch_id = %(batch)s AND e.system = ANY (%(systems)s)
