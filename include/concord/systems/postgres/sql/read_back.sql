-- Named records as text, as they stand after the writes of this transaction.
SELECT w.id, {row_hash}{texts}
FROM json_array_elements_text($1::json) AS w (id)
JOIN {table} AS t ON {match}{lines}
