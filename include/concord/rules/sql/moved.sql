-- moved: subjects not asked about whose keys are wanted for another one now.
SELECT DISTINCT (i.raw ->> '_subject')::uuid
FROM pg_temp.wanted AS w
JOIN {partition} AS i ON i.source_id = %(prefix)s || w.rule_key AND i.deleted_at IS NULL
WHERE NOT (i.raw ->> '_subject')::uuid = ANY(%(subjects)s::uuid[])
