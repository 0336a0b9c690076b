-- meant: the waiting writes of a change set, and whether all given conditions hold for each.
SELECT n.intent_id,
       (%(intents)s::bigint[] IS NULL OR n.intent_id = ANY(%(intents)s))
       AND (%(actions)s::text[] IS NULL OR n.action = ANY(%(actions)s))
       AND (%(below)s::numeric IS NULL OR coalesce(n.money < %(below)s, false))
       AND (%(up_to)s::bigint IS NULL OR n.intent_id <= %(up_to)s) AS meant
FROM ops.intent AS n
WHERE n.change_set_id = %(change_set)s AND n.state = 'waiting'
