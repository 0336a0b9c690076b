-- applied_by: the first batch that took in an entity after a moment.
SELECT s.batch_id, s.ended_at
FROM ops.batch_step AS s
JOIN ops.batch AS b USING (batch_id)
WHERE s.batch_id >= %(batch)s AND s.step = 'unify' AND s.state = 'done' AND s.started_at > %(at)s
  AND %(entity)s = ANY(b.entities)
ORDER BY s.batch_id
LIMIT 1
