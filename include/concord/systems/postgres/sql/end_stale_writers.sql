-- Sessions of our own role that write under the same fence with an older token, ended: what they
-- have open rolls back, and none of it could commit any more.
SELECT pg_terminate_backend(a.pid)
FROM pg_stat_activity AS a
WHERE a.pid <> pg_backend_pid() AND a.usename = current_user AND a.datname = current_database()
  AND a.application_name ~ '^concord writer [0-9]+ [0-9a-f]+$'
  AND split_part(a.application_name, ' ', 4) = %(fence)s
  AND split_part(a.application_name, ' ', 3)::bigint < %(token)s
