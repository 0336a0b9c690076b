-- One new record, on servers whose MERGE returns nothing (before 17) or which refuse MERGE here.
INSERT INTO {table} AS t {columns}
SELECT {values}
FROM jsonb_to_recordset($1::jsonb) AS w (n integer, new jsonb)
WHERE EXISTS (SELECT FROM concord.fence AS f WHERE f.name = $2 AND f.token = $3)
RETURNING NULL::integer AS n, {id} AS id
