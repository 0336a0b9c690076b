-- Why a table's changes cannot all be seen by triggers on it; null when they can.
SELECT CASE
    WHEN c.relkind <> 'r' THEN 'it is not an ordinary table'
    WHEN c.relispartition OR c.relhassubclass AND EXISTS (
        SELECT FROM pg_inherits AS i WHERE i.inhparent = c.oid
    ) OR EXISTS (SELECT FROM pg_inherits AS i WHERE i.inhrelid = c.oid)
        THEN 'it is partitioned or inherits'
    WHEN EXISTS (SELECT FROM pg_subscription_rel AS s WHERE s.srrelid = c.oid)
        THEN 'it is filled by logical replication'
END
FROM pg_class AS c
WHERE c.oid = %(relation)s
