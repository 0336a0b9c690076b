-- The wanted columns of one relation: base type below any domains, declared type, length limit.
WITH RECURSIVE under AS (
    SELECT a.attname, a.atttypid AS typid, a.atttypmod AS typmod,
        format_type(a.atttypid, a.atttypmod) AS native
    FROM pg_attribute AS a
    WHERE a.attrelid = %(relation)s AND a.attnum > 0 AND NOT a.attisdropped
      AND a.attname = ANY (%(names)s)
    UNION ALL
    SELECT u.attname, t.typbasetype, CASE WHEN t.typtypmod = -1 THEN u.typmod ELSE t.typtypmod END,
        u.native
    FROM under AS u
    JOIN pg_type AS t ON t.oid = u.typid
    WHERE t.typtype = 'd'
)
SELECT u.attname, n.nspname, t.typname, u.native,
    CASE WHEN t.typname IN ('varchar', 'bpchar') AND u.typmod > 4 THEN u.typmod - 4 END
FROM under AS u
JOIN pg_type AS t ON t.oid = u.typid
JOIN pg_namespace AS n ON n.oid = t.typnamespace
WHERE t.typtype <> 'd'
