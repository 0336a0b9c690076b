-- Per lane and system: the newest batch that read it and came to its end; all that was committed in
-- the system before it began is in the hub.
SELECT l.lane, s.system, found.batch_id, found.started_at, found.ended_at
FROM unnest(%(lanes)s::text[]) WITH ORDINALITY AS l(lane, n)
CROSS JOIN unnest(%(systems)s::text[]) WITH ORDINALITY AS s(system, n)
LEFT JOIN LATERAL (
    SELECT b.batch_id, b.started_at, b.ended_at
    FROM ops.batch AS b
    WHERE b.lane = l.lane AND b.state = 'done' AND NOT b.dry_run AND s.system = ANY(b.systems)
    ORDER BY b.started_at DESC
    LIMIT 1
) AS found ON true
ORDER BY l.n, s.n
