-- How people call each golden record.
SELECT g.golden_id::text, n.name
FROM {golden} AS g CROSS JOIN LATERAL unnest({called}) AS n (name)
WHERE n.name IS NOT NULL
