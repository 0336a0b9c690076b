-- failing_by_others: what one more rule, which looks at other rows, adds to failing_rows.
UNION ALL
SELECT seen.source_id, ARRAY[{number}]::integer[]
FROM {seen} AS seen
WHERE {test}
