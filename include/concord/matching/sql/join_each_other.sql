-- join_each_other: rows without a golden id that share this key get one new golden id a key.
WITH groups AS (
    SELECT {names}, uuidv7() AS golden_id
    FROM (
        SELECT {keys}, {apart_count} AS one
        FROM {result} AS r
        WHERE r.golden_id IS NULL AND {present}
        GROUP BY {names}
        HAVING count(*) > 1
    ) AS counted
    WHERE one
)
UPDATE {result} AS r SET golden_id = m.golden_id, matched_by = %(key)s
FROM groups AS m
WHERE r.golden_id IS NULL AND {same}
