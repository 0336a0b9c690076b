-- Whether this role may read the change log.
SELECT 3 = (
    SELECT count(*)
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = 'concord' AND c.relname IN ('watched', 'watched_lines', 'change_log')
      AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
)
