-- The partitions of the model's tables: parent and partition.
SELECT p.relname, c.relname
FROM pg_inherits h
JOIN pg_class c ON c.oid = h.inhrelid AND c.relkind = 'r'
JOIN pg_class p ON p.oid = h.inhparent
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'image'
