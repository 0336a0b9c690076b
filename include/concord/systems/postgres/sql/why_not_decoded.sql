-- Why the write-ahead log does not tell which records of a table changed; null when it does.
SELECT CASE
    WHEN c.relkind <> 'r' THEN 'it is not an ordinary table'
    WHEN c.relpersistence <> 'p' THEN 'it is not logged'
    WHEN EXISTS (SELECT FROM pg_inherits AS i WHERE c.oid IN (i.inhparent, i.inhrelid))
        THEN 'it is partitioned or inherits'
    WHEN a.attgenerated <> '' THEN 'its key is generated'
    WHEN c.relreplident <> 'f' AND NOT EXISTS (
        SELECT FROM pg_index AS i
        WHERE i.indrelid = c.oid AND i.indisvalid AND a.attnum = ANY (i.indkey)
          AND (c.relreplident = 'd' AND i.indisprimary
               OR c.relreplident = 'i' AND i.indisreplident)
    ) THEN 'its replica identity has not the key column ' || a.attname
END
FROM pg_class AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = %(key)s AND NOT a.attisdropped
WHERE c.oid = %(relation)s
