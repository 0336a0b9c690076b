-- Tables of lines whose triggers for a document are all there and on, with the column that they log.
SELECT w.document, w.relation, w.parent_column
FROM concord.watched_lines AS w
WHERE 4 = (
    SELECT count(*)
    FROM pg_trigger AS g
    JOIN pg_proc AS p ON p.oid = g.tgfoid
    JOIN pg_namespace AS n ON n.oid = p.pronamespace
    WHERE g.tgrelid = w.relation AND g.tgenabled IN ('O', 'A') AND NOT g.tgisinternal
      AND n.nspname = 'concord' AND p.proname = w.function
)
