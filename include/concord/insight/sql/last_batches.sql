-- The newest batch of each lane, whatever became of it.
SELECT l.lane, found.batch_id, found.state, found.started_at, found.ended_at, found.error
FROM unnest(%(lanes)s::text[]) WITH ORDINALITY AS l(lane, n)
JOIN LATERAL (
    SELECT b.batch_id, b.state, b.started_at, b.ended_at, b.error
    FROM ops.batch AS b WHERE b.lane = l.lane
    ORDER BY b.started_at DESC
    LIMIT 1
) AS found ON true
ORDER BY l.n
