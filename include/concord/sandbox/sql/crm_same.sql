-- The account with this tax number or, failing that, with this e-mail address.
SELECT id FROM (
    (SELECT id, 1 AS rank FROM account WHERE tax_number = %(tax)s ORDER BY id LIMIT 1)
    UNION ALL
    (SELECT id, 2 FROM account WHERE email_address = lower(%(email)s) ORDER BY id LIMIT 1)
) AS found
ORDER BY rank
LIMIT 1;
