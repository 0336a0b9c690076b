-- Tables of lines as this transaction sees them. The last two: an index can find the lines of a
-- document; no two of these can have the same key.
SELECT w.number, n.nspname, c.relname,
    EXISTS (
        SELECT FROM pg_index AS i
        JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL AND a.attname = w.parent
    ),
    EXISTS (
        SELECT FROM pg_index AS i
        WHERE i.indrelid = c.oid AND i.indisvalid AND i.indisunique AND i.indimmediate
          AND i.indpred IS NULL AND i.indexprs IS NULL
          AND (
            SELECT bool_and(a.attname = ANY (w.parent || w.key))
            FROM unnest(i.indkey[0:i.indnkeyatts - 1]) AS k (attnum)
            JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
        )
    ) AND NOT EXISTS (
        SELECT FROM pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attname = ANY (w.key) AND NOT a.attnotnull
    )
FROM jsonb_to_recordset(%(wanted)s) AS w (number integer, relation oid, parent text, key text[])
JOIN pg_class AS c ON c.oid = w.relation
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
