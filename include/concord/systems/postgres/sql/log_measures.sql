-- Size of the change log: rows as the planner estimates them, bytes, and age of the oldest, seconds.
SELECT greatest(c.reltuples, 0)::bigint, pg_total_relation_size(c.oid),
    (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(l.at)), 0)::float8
     FROM concord.watched AS w
     CROSS JOIN LATERAL (
         SELECT o.at FROM concord.change_log AS o WHERE o.relation = w.relation
         ORDER BY o.xid LIMIT 1
     ) AS l)
FROM pg_class AS c
WHERE c.oid = 'concord.change_log'::regclass
