-- New records; MERGE because it alone returns the write together with the key that was made.
MERGE INTO {table} AS t
USING (
    SELECT w.n, w.new
    FROM jsonb_to_recordset($1::jsonb) AS w (n integer, new jsonb)
    WHERE EXISTS (SELECT FROM concord.fence AS f WHERE f.name = $2 AND f.token = $3)
    ORDER BY w.n
) AS w ON false
WHEN NOT MATCHED THEN INSERT {values}
RETURNING w.n, {id} AS id
