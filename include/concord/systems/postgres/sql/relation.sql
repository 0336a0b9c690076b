-- Relations as this transaction sees them, each with the key that is mapped; one that was made after
-- the transaction's look is not among them. The rows are scaled from the last count by the size now,
-- as the planner does it. The last two: an index can find a key; the key is declared unique.
SELECT w.relation, w.key, n.nspname, c.relname, c.relkind::text,
    (CASE WHEN c.relpages > 0 AND c.reltuples > 0 THEN c.reltuples / c.relpages ELSE 80 END
     * coalesce(pg_relation_size(c.oid), 0) / current_setting('block_size')::integer)::float8,
    (SELECT pg_encoding_to_char(d.encoding) FROM pg_database AS d
     WHERE d.datname = current_database()),
    EXISTS (
        SELECT FROM pg_index AS i
        JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL AND a.attname = w.key
    ),
    EXISTS (
        SELECT FROM pg_index AS i
        JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL AND a.attname = w.key
          AND i.indisunique AND i.indnkeyatts = 1
    )
FROM jsonb_to_recordset(%(wanted)s) AS w (relation oid, key text)
JOIN pg_class AS c ON c.oid = w.relation
JOIN pg_namespace AS n ON n.oid = c.relnamespace
