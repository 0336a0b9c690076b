-- supersede_waiting: earlier writes that still wait and are not what is wanted any more. Gives those
-- that a person was to decide about.
WITH gone AS (
    UPDATE ops.intent AS n
    SET state = 'superseded', ended_at = clock_timestamp(), error = 'planned anew by batch ' || %(batch)s
    WHERE n.system = %(system)s AND n.entity = %(entity)s AND n.state = 'waiting' AND n.batch_id <> %(batch)s
      AND n.golden_id IN (SELECT s.golden_id FROM {scope} AS s)
      AND NOT EXISTS (SELECT FROM {desired} AS d WHERE d.key = n.key)
    RETURNING n.golden_id, n.change_set_id
)
SELECT g.golden_id, g.change_set_id
FROM gone AS g
JOIN ops.change_set AS c USING (change_set_id)
WHERE c.state = 'held'
