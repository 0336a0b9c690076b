-- Lines that their documents had and shall not have any more, deleted; gives the documents that lost
-- all of these.
WITH w AS MATERIALIZED (
    SELECT i.n, i.id, coalesce(i.lines -> {column} -> 'gone', '[]') AS lines
    FROM jsonb_to_recordset($1::jsonb) AS i (n integer, id text, lines jsonb)
    WHERE EXISTS (SELECT FROM concord.fence AS f WHERE f.name = $2 AND f.token = $3)
), did AS (
    DELETE FROM {lines} AS l
    USING w CROSS JOIN LATERAL jsonb_array_elements(w.lines) AS x (line)
    WHERE {same}
    RETURNING w.n
)
SELECT w.n, w.id
FROM w
LEFT JOIN (SELECT d.n, count(*) AS rows FROM did AS d GROUP BY d.n) AS c ON c.n = w.n
WHERE coalesce(c.rows, 0) = jsonb_array_length(w.lines)
