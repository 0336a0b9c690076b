-- The records that still hold what their deletion was planned on, deleted.
DELETE FROM {table} AS t
USING jsonb_to_recordset($1::jsonb) AS w (n integer, id text, new jsonb, base jsonb)
WHERE {match} AND {unchanged}
  AND EXISTS (SELECT FROM concord.fence AS f WHERE f.name = $2 AND f.token = $3)
RETURNING w.n, {id} AS id
