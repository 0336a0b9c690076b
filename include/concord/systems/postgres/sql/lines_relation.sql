-- One table of lines as this transaction sees it. The last two: an index can find the lines of a
-- document; no two of these can have the same key.
SELECT n.nspname, c.relname,
    EXISTS (
        SELECT FROM pg_index AS i
        JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL AND a.attname = %(parent)s
    ),
    EXISTS (
        SELECT FROM pg_index AS i
        WHERE i.indrelid = c.oid AND i.indisvalid AND i.indisunique AND i.indimmediate
          AND i.indpred IS NULL AND i.indexprs IS NULL
          AND (
            SELECT bool_and(a.attname = ANY (%(parent)s::text || %(key)s::text[]))
            FROM unnest(i.indkey[0:i.indnkeyatts - 1]) AS k (attnum)
            JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
        )
    ) AND NOT EXISTS (
        SELECT FROM pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attname = ANY (%(key)s::text[]) AND NOT a.attnotnull
    )
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.oid = %(relation)s AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
