-- Of the newest batches: records read and taken, writes confirmed, in batches that did something.
WITH newest AS (
    SELECT batch_id, lane, state, started_at, ended_at FROM ops.batch
    ORDER BY started_at DESC LIMIT %(batches)s
)
SELECT n.batch_id, n.lane, n.state, n.started_at, n.ended_at,
       coalesce(sum(c.n) FILTER (WHERE c.name = 'read'), 0)::bigint,
       coalesce(sum(c.n) FILTER (WHERE c.name = 'accepted'), 0)::bigint,
       coalesce(sum(c.n) FILTER (WHERE c.name = 'quarantined'), 0)::bigint,
       coalesce(sum(c.n) FILTER (WHERE c.name = 'confirmed'), 0)::bigint
FROM newest AS n
LEFT JOIN ops.batch_count AS c ON c.batch_id = n.batch_id AND c.n > 0 AND c.system <> 'golden'
    AND c.name IN ('read', 'accepted', 'quarantined', 'confirmed')
GROUP BY n.batch_id, n.lane, n.state, n.started_at, n.ended_at
ORDER BY n.started_at
