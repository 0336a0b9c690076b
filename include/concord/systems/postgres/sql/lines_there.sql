-- The write of each line that the records have, perhaps locked.
SELECT w.n
FROM jsonb_to_recordset($1::jsonb) AS w (n integer, id text)
JOIN {table} AS t ON {match}
JOIN {lines} AS l ON l.{parent} = t.{key}
{lock}
