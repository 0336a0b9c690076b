-- Writes whose record is as they were planned on.
SELECT w.n
FROM jsonb_to_recordset($1::jsonb) AS w (n integer, id text, new jsonb, base jsonb)
JOIN {table} AS t ON {match}
WHERE {unchanged}
