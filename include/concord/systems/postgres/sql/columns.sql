-- The wanted columns of relations: base type below any domains, declared type, length limit.
WITH RECURSIVE under AS (
    SELECT w.number, a.attname, a.atttypid AS typid, a.atttypmod AS typmod,
        format_type(a.atttypid, a.atttypmod) AS native
    FROM jsonb_to_recordset(%(wanted)s) AS w (number integer, relation oid, names text[])
    JOIN pg_attribute AS a ON a.attrelid = w.relation AND a.attname = ANY (w.names)
    WHERE a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT u.number, u.attname, t.typbasetype,
        CASE WHEN t.typtypmod = -1 THEN u.typmod ELSE t.typtypmod END, u.native
    FROM under AS u
    JOIN pg_type AS t ON t.oid = u.typid
    WHERE t.typtype = 'd'
)
SELECT u.number, u.attname, n.nspname, t.typname, u.native,
    CASE WHEN t.typname IN ('varchar', 'bpchar') AND u.typmod > 4 THEN u.typmod - 4 END
FROM under AS u
JOIN pg_type AS t ON t.oid = u.typid
JOIN pg_namespace AS n ON n.oid = t.typnamespace
WHERE t.typtype <> 'd'
