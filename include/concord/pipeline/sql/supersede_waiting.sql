-- supersede_waiting: earlier writes that still wait and are not what is wanted any more.
UPDATE ops.intent AS n
SET state = 'superseded', ended_at = clock_timestamp(), error = 'planned anew by batch ' || %(batch)s
WHERE n.system = %(system)s AND n.entity = %(entity)s AND n.state = 'waiting' AND n.batch_id <> %(batch)s
  AND n.golden_id IN (SELECT s.golden_id FROM {scope} AS s)
  AND NOT EXISTS (SELECT FROM {desired} AS d WHERE d.key = n.key)
