-- Tables and views over relations whose files are not those of this transaction's look: they were
-- rewritten or truncated since, and rows that are there would seem to be gone.
WITH RECURSIVE under (root, relation) AS (
    SELECT r.oid, r.oid FROM unnest(%(relations)s::oid[]) AS r (oid)
    UNION
    SELECT u.root, next.relation
    FROM under AS u
    CROSS JOIN LATERAL (
        SELECT i.inhrelid FROM pg_inherits AS i WHERE i.inhparent = u.relation
        UNION ALL
        SELECT d.refobjid
        FROM pg_rewrite AS r
        JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
        WHERE r.ev_class = u.relation AND d.refclassid = 'pg_class'::regclass
    ) AS next (relation)
)
SELECT u.root
FROM under AS u
LEFT JOIN pg_class AS c ON c.oid = u.relation
WHERE c.oid IS NULL OR (c.relfilenode <> 0 AND pg_relation_filenode(c.oid) IS DISTINCT FROM c.relfilenode)
LIMIT 1
