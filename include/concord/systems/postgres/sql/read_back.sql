-- Named records as text, as they stand after the writes of this transaction.
SELECT w.id, {row_hash}{texts}
FROM unnest($1::text[]) AS w (id)
JOIN {table} AS t ON {match}
