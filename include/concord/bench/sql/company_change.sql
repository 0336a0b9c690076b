-- company_change: sales people type another telephone number into accounts spread over the table.
UPDATE account AS a
SET phone_number = '+4420' || lpad(((right(a.phone_number, 8)::bigint + 7919) % 90000000)::text, 8, '0')
FROM (SELECT c.id FROM account AS c ORDER BY md5(c.id::text || {salt}) LIMIT {n}) AS chosen
WHERE a.id = chosen.id
