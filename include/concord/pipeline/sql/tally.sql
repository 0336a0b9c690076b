-- tally: what waits in change sets now, written into them: writes by action, and money.
WITH left_over AS (
    SELECT n.change_set_id,
           count(*) FILTER (WHERE n.action = 'create') AS creates,
           count(*) FILTER (WHERE n.action = 'update') AS updates,
           count(*) FILTER (WHERE n.action = 'delete') AS deletes,
           coalesce(sum(n.money), 0) AS money,
           count(*) FILTER (WHERE n.money IS NULL) AS unpriced
    FROM ops.intent AS n
    WHERE n.change_set_id = ANY(%(sets)s) AND n.state = 'waiting'
    GROUP BY n.change_set_id
)
UPDATE ops.change_set AS c
SET creates = coalesce(l.creates, 0), updates = coalesce(l.updates, 0), deletes = coalesce(l.deletes, 0),
    money = coalesce(l.money, 0), unpriced = coalesce(l.unpriced, 0)
FROM unnest(%(sets)s) AS s (id)
LEFT JOIN left_over AS l ON l.change_set_id = s.id
WHERE c.change_set_id = s.id
RETURNING c.change_set_id, c.creates, c.updates, c.deletes, c.money, c.unpriced
