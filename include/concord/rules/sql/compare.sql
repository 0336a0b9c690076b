-- compare: what the rule wants beside what is there from it, for the subjects asked about.
INSERT INTO pg_temp.compared
SELECT CASE WHEN x.after IS NULL THEN 'withdrawn' WHEN x.before IS NULL THEN 'new'
            WHEN x.after = x.before THEN 'same' ELSE 'changed' END, x.key, x.before, x.after
FROM (
    SELECT coalesce(w.rule_key, substr(i.source_id, length(%(prefix)s) + 1)) AS key,
           CASE WHEN i.source_id IS NOT NULL THEN (
               SELECT jsonb_object_agg(v.name, v.value) FROM (VALUES {old}) AS v(name, value)) END AS before,
           CASE WHEN w.rule_key IS NOT NULL THEN (
               SELECT jsonb_object_agg(v.name, v.value) FROM (VALUES {new}) AS v(name, value)) END AS after,
           i.raw
    FROM (SELECT * FROM pg_temp.wanted WHERE rule_key IS NOT NULL) AS w
    FULL JOIN (
        SELECT * FROM {images} AS m
        WHERE m.deleted_at IS NULL AND m.raw ->> '_rule' = %(rule)s
          AND (%(subjects)s::uuid[] IS NULL OR m.raw ->> '_subject' = ANY((%(subjects)s::uuid[])::text[]))
    ) AS i ON i.source_id = %(prefix)s || w.rule_key
) AS x
WHERE x.after IS NOT NULL OR %(gone)s::jsonb IS NULL OR NOT x.raw @> %(gone)s::jsonb
