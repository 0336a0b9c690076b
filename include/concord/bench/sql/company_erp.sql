-- company_erp: customers that the CRM has as well, with the same values.
INSERT INTO customers (customer_code, name, kind, vat_no, country_code, phone, email, website, terms_code,
    status, customer_since, credit_limit, currency)
SELECT 'B' || lpad(n::text, 8, '0'), 'Customer ' || md5(n::text) || ' Ltd', 'O',
    'GB' || lpad(n::text, 9, '0'), 'GB', '+4420' || lpad((70000000 + n)::text, 8, '0'),
    'office' || n || '@' || left(md5('e' || n), 10) || '.example',
    'https://www.' || left(md5('w' || n), 14) || '.example', 'N30', 'A', '20200229', 5000, 'GBP'
FROM generate_series(1, {rows}::bigint) AS g (n)
