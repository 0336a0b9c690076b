-- Terms of every customer with every company. Most may owe more there than the customer's own limit,
-- some have payment terms of their own; the same seed and customer give the same terms.
INSERT INTO customer_company (customer_code, company_code, terms_code, credit_limit, currency)
SELECT c.customer_code, k.company_code,
       (ARRAY['N14', 'N30', 'N60'])[1 + mod(draw.n / 1000, 10)],
       CASE WHEN mod(draw.n, 100) >= 15 THEN round(greatest(
           c.credit_limit * coalesce(own.rate, 1),
           100000 * (1 + mod(draw.n, 8))) / rate_of(k.currency, '2026-01-01'), -2) END,
       k.currency
FROM customers c CROSS JOIN companies k
LEFT JOIN exchange_rates own ON own.currency = c.currency AND own.valid_from = '2026-01-01',
    LATERAL (SELECT abs(hashtext(c.customer_code || k.company_code || %(seed)s::text)::bigint) AS n) draw
ORDER BY c.customer_code, k.company_code;
