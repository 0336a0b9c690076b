-- Statements over items in pieces, the bad ones set aside.
SELECT e.n, e.id, e.code, e.message, e.constraint_of, e.column_of
FROM concord.write_each($1::text[], $2::json, $3, $4, $5, $6) AS e
