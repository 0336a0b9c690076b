-- note_behind: subjects of which what a rule wants, as staged, is not what is there from it, and those
-- of what was refused: it may not be wanted any more.
INSERT INTO ops.due AS due (rule, subject, at, batch_id)
SELECT %(rule)s, x.subject::uuid, now(), %(batch)s::bigint
FROM (
    SELECT coalesce(s."_subject", i.raw ->> '_subject') AS subject
    FROM {stage} AS s
    LEFT JOIN {partition} AS i USING (source_id)
    WHERE s.op = 'D' OR i.deleted_at IS NOT NULL OR i.raw_hash IS DISTINCT FROM s.raw_hash
    UNION
    SELECT q.raw ->> '_subject' FROM ops.quarantine AS q
    WHERE q.side = 'read' AND q.state IN ('open', 'replay') AND q.system = 'rules'
      AND q.entity = %(entity)s AND q.raw ->> '_rule' = %(rule)s
) AS x
WHERE x.subject IS NOT NULL
ON CONFLICT (rule, subject) DO UPDATE SET at = excluded.at, batch_id = excluded.batch_id
WHERE due.at > excluded.at
