-- groups: causes of open quarantine entries, each with how many entries have it and what they block.
SELECT q.side, q.system, q.entity, c.cause ->> 'rule', c.cause ->> 'column',
       min(c.cause ->> 'message'), coalesce(min(c.cause ->> 'owner'), ''),
       coalesce((array_agg(c.cause -> 'meaning') FILTER (WHERE c.cause ? 'meaning'))[1], '{{}}'),
       count(DISTINCT q.quarantine_id),
       count(*) FILTER (WHERE jsonb_array_length(q.causes) = 1),
       count(DISTINCT q.quarantine_id) FILTER (WHERE q.state = 'replay'),
       sum(q.exposure), min(q.opened_at)
FROM ops.quarantine AS q
CROSS JOIN LATERAL jsonb_array_elements(q.causes) AS c (cause)
WHERE q.state IN ('open', 'replay')
  AND (%(system)s::text IS NULL OR q.system = %(system)s)
  AND (%(entity)s::text IS NULL OR q.entity = %(entity)s)
GROUP BY q.side, q.system, q.entity, c.cause ->> 'rule', c.cause ->> 'column'
ORDER BY sum(q.exposure) DESC, count(*) DESC, 2, 3, 4, 5
LIMIT %(limit)s
