-- compare_drift: one row in a thousand gets another value, 300 are deleted and 300 are new.
UPDATE bench_customers SET phone = phone || '9' WHERE substr(code, 2)::integer % 1000 = 999;
DELETE FROM bench_customers WHERE substr(code, 2)::integer <= 300;
INSERT INTO bench_customers
SELECT 'N' || substr(code, 2), name, vat_no, country, phone, email, website, terms, status, since, revenue,
    credit, currency
FROM bench_customers
WHERE substr(code, 2)::integer BETWEEN 301 AND 600;
