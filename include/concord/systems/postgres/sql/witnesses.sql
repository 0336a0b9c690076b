-- Every table with a working change log, the newest row of that log, and the file that the table is
-- kept in: an ALTER TABLE that computes values anew writes another one, and runs no trigger. After it
-- each table of its lines whose triggers are there and on, as oid:file.
SELECT w.relation, (
    SELECT l.xid::text || ' ' || l.at::text
    FROM concord.change_log AS l
    WHERE l.relation = w.relation
    ORDER BY l.xid DESC
    LIMIT 1
), (SELECT c.relfilenode FROM pg_class AS c WHERE c.oid = w.relation)::text || coalesce((
    SELECT string_agg(' ' || c.oid || ':' || c.relfilenode, '' ORDER BY c.oid)
    FROM concord.watched_lines AS l
    JOIN pg_class AS c ON c.oid = l.relation
    WHERE l.document = w.relation AND 4 = (
        SELECT count(*)
        FROM pg_trigger AS g
        JOIN pg_proc AS p ON p.oid = g.tgfoid
        JOIN pg_namespace AS n ON n.oid = p.pronamespace
        WHERE g.tgrelid = l.relation AND g.tgenabled IN ('O', 'A') AND NOT g.tgisinternal
          AND n.nspname = 'concord' AND p.proname = l.function
    )
), '')
FROM concord.watched AS w
WHERE 4 = (
    SELECT count(*)
    FROM pg_trigger AS g
    WHERE g.tgrelid = w.relation AND g.tgenabled IN ('O', 'A') AND NOT g.tgisinternal
      AND g.tgname IN ('concord_insert', 'concord_update', 'concord_delete', 'concord_truncate')
)
