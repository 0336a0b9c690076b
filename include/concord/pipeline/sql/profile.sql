-- profile: one system's live records of one entity: how many, how many beyond the first of the same
-- thing, how many things that another system has too, and how many have each match key.
SELECT count(*), count(*) - count(DISTINCT i.golden_id),
       count(DISTINCT i.golden_id) FILTER (WHERE o.golden_id IS NOT NULL), {filled}
FROM {partition} AS i
LEFT JOIN (
    SELECT DISTINCT t.golden_id FROM {image} AS t
    WHERE t.system <> %(system)s AND t.system <> %(rules)s AND t.deleted_at IS NULL
) AS o USING (golden_id)
WHERE i.deleted_at IS NULL
