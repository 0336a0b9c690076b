-- Tables whose triggers are all there and on, with the key column that they log.
SELECT w.relation, w.key_column
FROM concord.watched AS w
WHERE 4 = (
    SELECT count(*)
    FROM pg_trigger AS g
    WHERE g.tgrelid = w.relation AND g.tgenabled IN ('O', 'A') AND NOT g.tgisinternal
      AND g.tgname IN ('concord_insert', 'concord_update', 'concord_delete', 'concord_truncate')
)
