-- Our triggers with the tables that bear them, and the trigger functions, as (name, schema, table).
SELECT g.tgname, n.nspname, c.relname
FROM pg_trigger AS g
JOIN pg_class AS c ON c.oid = g.tgrelid
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_proc AS p ON p.oid = g.tgfoid
JOIN pg_namespace AS o ON o.oid = p.pronamespace
WHERE o.nspname = 'concord' AND NOT g.tgisinternal
UNION ALL
SELECT p.proname, 'concord', NULL
FROM pg_proc AS p
JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = 'concord' AND p.proname LIKE 'log\_%' AND p.prorettype = 'trigger'::regtype
ORDER BY 2, 3, 1
