-- An attempt of this step whose session has long waited for its process: ended. Its process hangs or
-- is cut off, and what it has open rolls back. A load says something to its leases, not here.
SELECT pg_terminate_backend(a.pid)
FROM pg_stat_activity AS a
WHERE a.pid <> pg_backend_pid() AND a.usename = current_user AND a.datname = current_database()
  AND a.application_name = left(%(session)s, 63) AND a.wait_event_type = 'Client'
  AND a.state_change < clock_timestamp() - make_interval(secs => %(silence)s)
  AND NOT EXISTS (
    SELECT FROM ops.lease AS l
    WHERE l.name IN (SELECT %(lease)s || ':' || e FROM ops.batch AS b, unnest(b.entities) AS e
                     WHERE b.batch_id = %(batch)s)
      AND l.expires_at > clock_timestamp())
