-- company_change: sales people type another telephone number into accounts spread over the table: into
-- those that company_crm made, since what a seed made may be of any form, and not be right as it is.
UPDATE account AS a
SET phone_number = '+4420' || lpad(((right(a.phone_number, 8)::bigint + 7919) % 90000000)::text, 8, '0')
FROM (SELECT c.id FROM account AS c WHERE c.account_name ~ '^Customer [0-9a-f]{{32}} Ltd$'
      ORDER BY md5(c.id::text || {salt}) LIMIT {n}) AS chosen
WHERE a.id = chosen.id
