-- What of schema concord is there, and what this role may do with it.
WITH relation AS (
    SELECT c.oid, c.relname AS name
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = 'concord' AND has_schema_privilege(n.oid, 'USAGE')
)
SELECT EXISTS (SELECT FROM pg_namespace AS n WHERE n.nspname = 'concord'),
    (SELECT obj_description(n.oid, 'pg_namespace') FROM pg_namespace AS n
     WHERE n.nspname = 'concord'),
    3 = (SELECT count(*) FROM relation AS r
         WHERE (r.name IN ('watched', 'watched_lines', 'change_log')
                AND has_table_privilege(r.oid, 'SELECT'))),
    2 = (SELECT count(*) FROM relation AS r
         WHERE (r.name = 'applied' AND has_table_privilege(r.oid, 'SELECT')
                AND has_table_privilege(r.oid, 'INSERT'))
            OR (r.name = 'fence' AND has_table_privilege(r.oid, 'SELECT')
                AND has_table_privilege(r.oid, 'INSERT') AND has_table_privilege(r.oid, 'UPDATE'))
    ) AND EXISTS (
        SELECT FROM pg_proc AS p
        JOIN pg_namespace AS n ON n.oid = p.pronamespace
        WHERE n.nspname = 'concord' AND p.proname = 'write_each' AND p.pronargs = 6
          AND p.proargtypes[0] = 'text[]'::regtype
          AND has_function_privilege(p.oid, 'EXECUTE')
    )
