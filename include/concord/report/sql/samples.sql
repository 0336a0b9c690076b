-- samples: some writes of a change set: of each action those with most at stake, then the oldest. Of a
-- held one those that still wait.
SELECT s.intent_id, s.action, s.source_id, {label}, s.state, s.money, s.old, s.new, s.reason
FROM (
    SELECT n.*, row_number() OVER (PARTITION BY n.action ORDER BY n.money DESC NULLS FIRST, n.intent_id) AS nth
    FROM ops.intent AS n
    JOIN ops.change_set AS c USING (change_set_id)
    WHERE n.change_set_id = %(change_set)s AND (c.state <> 'held' OR n.state = 'waiting')
) AS s
LEFT JOIN {golden} AS g USING (golden_id)
WHERE s.nth <= %(limit)s
ORDER BY array_position(ARRAY['delete', 'update', 'create'], s.action), s.nth
