-- look_again: subjects that the rule wants to be asked about later.
INSERT INTO ops.due AS due (rule, subject, at, batch_id)
SELECT %(rule)s, w.rule_subject, min(w.rule_again), %(batch)s::bigint
FROM pg_temp.wanted AS w
WHERE w.rule_again > now() AND w.rule_subject IS NOT NULL
GROUP BY w.rule_subject
ON CONFLICT (rule, subject) DO UPDATE SET at = least(due.at, excluded.at)
