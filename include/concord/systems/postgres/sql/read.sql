-- The records whose keys lie in a setting; those that are not there come as deleted.
COPY (
    SELECT w.id, CASE WHEN t.{key} IS NULL THEN 'D' ELSE 'U' END,
        CASE WHEN t.{key} IS NOT NULL THEN {row_hash} END{columns}
    FROM unnest(current_setting({setting})::text[]) AS w (id)
    LEFT JOIN {table} AS t ON {match}
) TO STDOUT (FORMAT BINARY)
