-- note_due: subjects that a rule has to look at now.
INSERT INTO ops.due AS due (rule, subject, at, batch_id)
SELECT DISTINCT %(rule)s, t.subject, now(), %(batch)s::bigint FROM pg_temp.touched AS t
ON CONFLICT (rule, subject) DO UPDATE SET at = excluded.at, batch_id = excluded.batch_id
WHERE due.at > excluded.at
