-- leave_waiting: staged golden records that fail as their entry says already: nothing new to say.
DELETE FROM {stage} AS s
USING ops.quarantine AS q
WHERE q.side = 'read' AND q.system = 'golden' AND q.entity = %(entity)s AND q.state = 'open'
  AND q.source_id = s.source_id
  AND (SELECT array_agg(DISTINCT c.cause ->> 'rule' ORDER BY c.cause ->> 'rule')
       FROM jsonb_array_elements(q.causes) AS c (cause))
    = (SELECT array_agg(DISTINCT n.name ORDER BY n.name)
       FROM pg_temp.concord_failing AS f
       JOIN jsonb_to_recordset(%(critical)s) AS n (number integer, name text)
         ON n.number = ANY (f.rules)
       WHERE f.source_id = s.source_id)
