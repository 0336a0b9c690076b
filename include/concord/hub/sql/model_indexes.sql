-- The indexes of the model's tables (those of partitions left out) by schema, table and name.
SELECT n.nspname, t.relname, c.relname
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ('image', 'golden') AND NOT t.relispartition
