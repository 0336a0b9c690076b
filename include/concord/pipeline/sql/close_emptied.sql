-- close_emptied: held change sets of one entity of which no write waits any more, and their questions.
WITH emptied AS (
    UPDATE ops.change_set AS c SET state = 'superseded', creates = 0, updates = 0, deletes = 0,
           money = 0, unpriced = 0
    WHERE c.state = 'held' AND c.system = %(system)s AND c.entity = %(entity)s
      AND NOT EXISTS (
        SELECT FROM ops.intent AS n WHERE n.change_set_id = c.change_set_id AND n.state = 'waiting')
    RETURNING c.change_set_id
)
UPDATE ops.review AS v
SET state = 'done', closed_at = clock_timestamp(), closed_by = 'concord',
    comment = 'nothing of the change set is left to decide'
FROM emptied AS e
WHERE v.kind = 'change_set' AND v.state = 'open' AND v.subject = e.change_set_id::text
