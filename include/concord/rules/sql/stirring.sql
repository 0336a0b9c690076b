-- stirring: rules with due subjects, rules never evaluated in this version, and rules that are off
-- (without a version here) and were on.
SELECT r.rule
FROM unnest(%(rules)s::text[], %(versions)s::text[]) AS r (rule, version)
LEFT JOIN ops.rule_version AS v USING (rule)
WHERE r.version IS DISTINCT FROM v.version::text
  OR EXISTS (SELECT FROM ops.due AS d WHERE d.rule = r.rule AND d.at <= now())
