-- failing_counts: how many rows break each rule.
SELECT rule, count(*)
FROM pg_temp.concord_failing CROSS JOIN unnest(rules) AS rule
GROUP BY rule
