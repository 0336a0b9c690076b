-- Batches, newest first, before a given one: what came, what it became, where it went.
WITH page AS (
    SELECT batch_id, run_id, lane, scope, state, dry_run, started_at, ended_at, error
    FROM ops.batch
    WHERE (%(before)s::bigint IS NULL OR batch_id < %(before)s)
      AND (%(lane)s::text IS NULL OR lane = %(lane)s)
      AND (%(state)s::text IS NULL OR state = %(state)s)
    ORDER BY batch_id DESC LIMIT %(limit)s
)
SELECT p.*, coalesce(sum(c.n) FILTER (WHERE c.name = 'read'), 0)::bigint,
       coalesce(sum(c.n) FILTER (WHERE c.name = 'accepted'), 0)::bigint,
       coalesce(sum(c.n) FILTER (WHERE c.name = 'quarantined'), 0)::bigint,
       coalesce(sum(c.n) FILTER (WHERE c.name = 'planned'), 0)::bigint,
       coalesce(sum(c.n) FILTER (WHERE c.name = 'confirmed'), 0)::bigint
FROM page AS p
LEFT JOIN ops.batch_count AS c ON c.batch_id = p.batch_id AND c.n > 0 AND c.system <> 'golden'
    AND c.name IN ('read', 'accepted', 'quarantined', 'planned', 'confirmed')
GROUP BY p.batch_id, p.run_id, p.lane, p.scope, p.state, p.dry_run, p.started_at, p.ended_at, p.error
ORDER BY p.batch_id DESC
