-- trend: the last runs of one rule on rows, newest first.
SELECT v.batch_id, b.started_at, v.success, v.checked, v.failed
FROM ops.validation AS v
JOIN ops.batch AS b USING (batch_id)
WHERE v.system = %(system)s AND v.entity = %(entity)s AND v.rule = %(rule)s AND v.checked > 0
ORDER BY v.batch_id DESC
LIMIT %(points)s
