-- What the replication slot of this database is called: slots belong to the whole server.
SELECT 'concord_' || d.oid FROM pg_database AS d WHERE d.datname = current_database()
