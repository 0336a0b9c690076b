-- validation_break: ten rows of every thousand are wrong, the tenth in two ways; see validation.WRONG.
UPDATE customers AS c
SET country_code = CASE WHEN b.k = 1 THEN 'ZZ' ELSE c.country_code END,
    email = CASE WHEN b.k IN (2, 10) THEN 'no address' ELSE c.email END,
    phone = CASE WHEN b.k IN (3, 10) THEN '12' ELSE c.phone END,
    vat_no = CASE WHEN b.k = 4 THEN '7' ELSE c.vat_no END,
    website = CASE WHEN b.k = 5 THEN 'none' ELSE c.website END,
    customer_since = CASE WHEN b.k = 6 THEN '20201399' ELSE c.customer_since END,
    credit_limit = CASE WHEN b.k = 7 THEN 2000000 ELSE c.credit_limit END,
    currency = CASE WHEN b.k = 8 THEN 'XXX' ELSE c.currency END,
    name = CASE WHEN b.k = 9 THEN 'A' ELSE c.name END
FROM (SELECT customer_code, substr(customer_code, 2)::bigint % 1000 AS k FROM customers) AS b
WHERE b.customer_code = c.customer_code AND b.k BETWEEN 1 AND 10
