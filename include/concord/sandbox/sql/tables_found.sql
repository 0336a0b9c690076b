-- Tables of these names that stand in the current schema, with what their comment says.
SELECT c.relname, coalesce(obj_description(c.oid, 'pg_class'), '')
FROM pg_class c
WHERE c.relnamespace = current_schema()::regnamespace
  AND c.relkind IN ('r', 'p')
  AND c.relname = ANY (%(names)s);
