-- rows_sum: how many rows, and a sum over them that is another one when any value of any row is.
SELECT count(*), coalesce(sum(('x' || left(md5(ROW({columns})::text), 15))::bit(60)::bigint), 0)::text
FROM {table}
