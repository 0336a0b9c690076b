-- Why changes cannot be read from the write-ahead log: what the server lacks, what this role lacks.
SELECT CASE
    WHEN current_setting('server_version_num')::integer < 140000
        THEN 'the server is older than PostgreSQL 14'
    WHEN pg_is_in_recovery() THEN 'the server is a standby'
    WHEN current_setting('wal_level') <> 'logical'
        THEN 'wal_level is ' || current_setting('wal_level')
            || ', set wal_level = logical and restart the server'
END, CASE
    WHEN NOT (r.rolreplication OR r.rolsuper)
        THEN 'role ' || r.rolname || ' has not the attribute REPLICATION'
END
FROM pg_roles AS r
WHERE r.rolname = current_user
