-- scores: the last run of each rule on rows, its open incident, and what waits because of it.
WITH waiting AS (
    SELECT q.system, q.entity, c.cause ->> 'rule' AS rule, count(DISTINCT q.quarantine_id) AS n
    FROM ops.quarantine AS q
    CROSS JOIN LATERAL jsonb_array_elements(q.causes) AS c (cause)
    WHERE q.state IN ('open', 'replay')
    GROUP BY 1, 2, 3
)
SELECT r.nth, coalesce(v.checked, 0), coalesce(v.failed, 0), v.batch_id, b.started_at,
       coalesce(w.n, 0), i.incident_id
FROM unnest(%(systems)s::text[], %(entities)s::text[], %(rules)s::text[])
     WITH ORDINALITY AS r (system, entity, rule, nth)
LEFT JOIN LATERAL (
    SELECT v.checked, v.failed, v.batch_id FROM ops.validation AS v
    WHERE v.system = r.system AND v.entity = r.entity AND v.rule = r.rule AND v.checked > 0
    ORDER BY v.batch_id DESC
    LIMIT 1) AS v ON true
LEFT JOIN ops.batch AS b ON b.batch_id = v.batch_id
LEFT JOIN waiting AS w ON w.system = r.system AND w.entity = r.entity AND w.rule = r.rule
LEFT JOIN ops.incident AS i
  ON i.system = r.system AND i.entity = r.entity AND i.rule = r.rule AND i.state = 'open'
ORDER BY r.nth
