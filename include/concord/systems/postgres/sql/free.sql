-- Writes whose record no other session holds, locked; with what is there it tells what is busy.
SELECT w.n
FROM jsonb_to_recordset($1::jsonb) AS w (n integer, id text)
JOIN {table} AS t ON {match}
FOR UPDATE OF t SKIP LOCKED
