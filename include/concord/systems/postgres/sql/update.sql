-- The records that still hold what their write was planned on, set to what it says.
UPDATE {table} AS t SET {assignments}
FROM jsonb_to_recordset($1::jsonb) AS w (n integer, id text, new jsonb, base jsonb)
WHERE {match} AND {unchanged}
  AND EXISTS (SELECT FROM concord.fence AS f WHERE f.name = $2 AND f.token = $3)
RETURNING w.n, {id} AS id
