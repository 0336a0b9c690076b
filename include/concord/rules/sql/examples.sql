-- examples: some of the records that the rule would touch, of each kind in turn.
SELECT x.kind, x.key, x.before, x.after
FROM (
    SELECT c.*, row_number() OVER (PARTITION BY c.kind ORDER BY c.key) AS nth
    FROM pg_temp.compared AS c WHERE c.kind <> 'same'
) AS x
ORDER BY x.nth, array_position(ARRAY['new', 'changed', 'withdrawn'], x.kind)
LIMIT %(most)s
