-- Lines that their documents shall have and have not, made in their order; gives the documents that
-- got all of these.
WITH w AS MATERIALIZED (
    SELECT i.n, i.id, coalesce(i.lines -> {column} -> 'made', '[]') AS lines
    FROM jsonb_to_recordset($1::jsonb) AS i (n integer, id text, lines jsonb)
    WHERE EXISTS (SELECT FROM concord.fence AS f WHERE f.name = $2 AND f.token = $3)
), did AS (
    INSERT INTO {lines} AS l ({columns})
    SELECT {values}
    FROM w CROSS JOIN LATERAL jsonb_array_elements(w.lines) WITH ORDINALITY AS x (line, place)
    ORDER BY w.n, x.place
    RETURNING l.{parent} AS parent
)
SELECT w.n, w.id
FROM w
LEFT JOIN (SELECT d.parent, count(*) AS rows FROM did AS d GROUP BY d.parent) AS c
    ON c.parent = {document}
WHERE coalesce(c.rows, 0) = jsonb_array_length(w.lines)
