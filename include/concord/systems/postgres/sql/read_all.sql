-- Every record.
COPY (
    SELECT {id}, 'U', {row_hash}{columns}
    FROM {table} AS t{lines}
    WHERE t.{key} IS NOT NULL
) TO STDOUT (FORMAT BINARY)
