-- compare_source: a vendor's table of customers, twelve columns and about 200 bytes a row.
CREATE TABLE bench_customers (
    code     varchar(12) PRIMARY KEY,
    name     varchar(80) NOT NULL,
    vat_no   varchar(20),
    country  char(2),
    phone    varchar(30),
    email    varchar(120),
    website  varchar(100),
    terms    varchar(8),
    status   char(1),
    since    date,
    revenue  numeric(14, 2),
    credit   numeric(14, 2),
    currency char(3)
);
INSERT INTO bench_customers
SELECT 'C' || lpad(n::text, 8, '0'), 'Customer ' || md5(n::text) || ' Trading Ltd',
    CASE WHEN n % 5 > 0 THEN 'GB' || lpad((n * 7919 % 999999937)::text, 9, '0') END,
    (ARRAY['GB', 'DE', 'CN', 'US'])[1 + (n % 4)::integer], '+44207' || lpad(n::text, 8, '0'),
    'office@' || left(md5('e' || n), 12) || '.example', 'https://www.' || left(md5('w' || n), 14) || '.example',
    (ARRAY['N14', 'N30', 'N60'])[1 + (n % 3)::integer], 'A', DATE '2000-01-01' + (n % 9000)::integer,
    (n * 104729 % 100000000) / 100.0, (n % 500) * 100, 'GBP'
FROM generate_series(1, {rows}::bigint) AS g (n);
