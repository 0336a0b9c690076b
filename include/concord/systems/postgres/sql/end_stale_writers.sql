-- Sessions of our own role that write under the same fence with an older token, ended: their open
-- transaction rolls back. None of them may commit any more.
SELECT pg_terminate_backend(a.pid)
FROM pg_stat_activity AS a
WHERE a.pid <> pg_backend_pid() AND a.usename = current_user AND a.datname = current_database()
  AND a.application_name ~ '^concord writer [0-9]+ '
  AND substr(a.application_name, 1 + length(split_part(a.application_name, ' ', 3)) + 16) = %(name)s
  AND split_part(a.application_name, ' ', 3)::bigint < %(token)s
