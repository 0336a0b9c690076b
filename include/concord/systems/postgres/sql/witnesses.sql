-- Every table with a working change log, and the newest row of that log.
SELECT w.relation, (
    SELECT l.xid::text || ' ' || l.at::text
    FROM concord.change_log AS l
    WHERE l.relation = w.relation
    ORDER BY l.xid DESC
    LIMIT 1
)
FROM concord.watched AS w
WHERE 4 = (
    SELECT count(*)
    FROM pg_trigger AS g
    WHERE g.tgrelid = w.relation AND g.tgenabled IN ('O', 'A') AND NOT g.tgisinternal
      AND g.tgname IN ('concord_insert', 'concord_update', 'concord_delete', 'concord_truncate')
)
