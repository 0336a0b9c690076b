-- keep_waiting: subjects in quarantine are due when they have left it.
INSERT INTO ops.due (rule, subject, at, batch_id)
SELECT %(rule)s, x.subject, now(), %(batch)s::bigint
FROM (
    SELECT w.rule_subject AS subject FROM pg_temp.wanted AS w
    UNION
    SELECT (i.raw ->> '_subject')::uuid FROM {partition} AS i
    WHERE i.raw ->> '_rule' = %(rule)s AND i.deleted_at IS NULL
      AND i.raw ->> '_subject' = ANY((%(waiting)s::uuid[])::text[])
) AS x
WHERE x.subject = ANY(%(waiting)s::uuid[])
ON CONFLICT (rule, subject) DO NOTHING
