-- trend: the batches of the same lane up to this one, newest first.
SELECT b.batch_id, b.state, b.started_at, b.ended_at,
       coalesce(sum(c.n) FILTER (WHERE c.name = 'read'), 0),
       coalesce(sum(c.n) FILTER (WHERE c.name = 'quarantined'), 0),
       coalesce(sum(c.n) FILTER (WHERE c.name = 'confirmed'), 0)
FROM (
    SELECT * FROM ops.batch
    WHERE lane = %(lane)s AND batch_id <= %(batch)s
    ORDER BY batch_id DESC
    LIMIT %(limit)s
) AS b
LEFT JOIN ops.batch_count AS c USING (batch_id)
GROUP BY b.batch_id, b.state, b.started_at, b.ended_at
ORDER BY b.batch_id DESC
