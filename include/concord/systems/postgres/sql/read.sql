-- The records whose keys lie in a setting; those that are not there come as deleted. One that was
-- deleted and is there again comes as both.
COPY (
    SELECT w.id, 'D', NULL{nothing}
    FROM unnest(coalesce(nullif(current_setting({gone}, true), ''), '{{}}')::text[]) AS w (id)
    JOIN {table} AS t ON {match}
    UNION ALL
    SELECT w.id, CASE WHEN t.{key} IS NULL THEN 'D' ELSE 'U' END,
        CASE WHEN t.{key} IS NOT NULL THEN {row_hash} END{columns}
    FROM unnest(current_setting({setting})::text[]) AS w (id)
    LEFT JOIN {table} AS t ON {match}{lines}
) TO STDOUT (FORMAT BINARY)
