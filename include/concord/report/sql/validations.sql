-- validations: every rule that was judged, the failed ones first within their table.
SELECT system, entity, rule, column_name, severity, level, owner, meaning, success, checked, failed,
       observed
FROM ops.validation
WHERE batch_id = %(batch)s
ORDER BY system = 'golden', system, entity, failed = 0,
         array_position(ARRAY['critical', 'warning', 'info'], severity), failed DESC, rule
