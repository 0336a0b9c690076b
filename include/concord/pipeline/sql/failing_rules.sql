-- failing_rules: rules of the suites that failed in a batch, the gravest and most frequent first.
SELECT v.system, v.entity, v.rule, v.severity, v.failed, v.checked
FROM ops.validation AS v
WHERE v.batch_id = %(batch)s AND (v.failed > 0 OR NOT v.success)
ORDER BY array_position(ARRAY['critical', 'warning', 'info'], v.severity), v.failed DESC, v.system,
         v.entity, v.rule
LIMIT 100
