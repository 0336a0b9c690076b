-- Age of the longest open transaction that this role may see, in seconds, and transaction numbers
-- between the oldest open transaction and now.
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(a.xact_start)), 0)::float8,
    (pg_snapshot_xmax(pg_current_snapshot())::text::bigint
     - pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
FROM pg_stat_activity AS a
WHERE a.pid <> pg_backend_pid() AND a.backend_type = 'client backend'
  AND a.datname = current_database()
