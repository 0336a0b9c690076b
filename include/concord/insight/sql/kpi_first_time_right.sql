-- Per entity: records taken at once in the last days, and those that went into quarantine first.
WITH since AS (
    SELECT coalesce(min(batch_id), 0) AS batch_id FROM ops.batch
    WHERE started_at >= now() - make_interval(days => %(days)s)
), taken AS (
    SELECT c.entity, sum(c.n) AS n
    FROM ops.batch_count AS c
    WHERE c.batch_id >= (SELECT batch_id FROM since) AND c.name = 'accepted' AND c.n > 0
      AND c.system = ANY(%(systems)s)
    GROUP BY c.entity
), failed AS (
    SELECT q.entity, count(*) AS n, count(*) FILTER (WHERE q.state = 'healed') AS healed
    FROM ops.quarantine AS q
    WHERE q.opened_at >= now() - make_interval(days => %(days)s) AND q.side = 'read'
      AND q.system = ANY(%(systems)s)
    GROUP BY q.entity
)
SELECT entity, greatest(coalesce(t.n, 0) - coalesce(f.healed, 0), 0)::bigint, coalesce(f.n, 0)
FROM taken AS t FULL JOIN failed AS f USING (entity)
ORDER BY coalesce(f.n, 0) DESC, entity
