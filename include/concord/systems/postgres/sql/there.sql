-- Writes whose record exists, perhaps locked.
SELECT w.n
FROM jsonb_to_recordset($1::jsonb) AS w (n integer, id text)
JOIN {table} AS t ON {match}
{lock}
