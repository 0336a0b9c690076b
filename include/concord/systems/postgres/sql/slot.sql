-- The replication slot of this database: name, LSN up to which its readers are done, bytes of the
-- write-ahead log that it keeps from being cleared, state of that log, and whether it can be read.
-- Columns that older servers have not are asked for by way of JSON.
SELECT s.slot_name::text, s.confirmed_flush_lsn::text,
    coalesce(pg_wal_lsn_diff(
        CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END,
        s.restart_lsn), 0)::bigint,
    coalesce(s.wal_status, 'unknown'),
    s.plugin = 'pgoutput' AND NOT s.temporary AND s.wal_status IS DISTINCT FROM 'lost'
    AND to_jsonb(s) ->> 'invalidation_reason' IS NULL
FROM pg_database AS d
JOIN pg_replication_slots AS s ON s.database = d.datname
WHERE d.datname = current_database() AND s.slot_name = 'concord_' || d.oid
