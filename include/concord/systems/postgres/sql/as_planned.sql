-- The records that still hold what their write was planned on.
SELECT w.n, {id} AS id
FROM jsonb_to_recordset($1::jsonb) AS w (n integer, id text, new jsonb, base jsonb)
JOIN {table} AS t ON {match}
WHERE {unchanged}
  AND EXISTS (SELECT FROM concord.fence AS f WHERE f.name = $2 AND f.token = $3)
