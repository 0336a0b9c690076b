-- company_crm: accounts that the ERP has as well, with the same values in the CRM's own forms.
INSERT INTO account (account_name, account_type, tax_number, country, phone_number, email_address, web,
    payment_term, state, customer_since, annual_revenue, credit_limit, currency_code)
SELECT 'Customer ' || md5(n::text) || ' Ltd', 'Company', 'GB' || lpad(n::text, 9, '0'), 'United Kingdom',
    '+4420' || lpad((70000000 + n)::text, 8, '0'),
    'office' || n || '@' || left(md5('e' || n), 10) || '.example',
    'https://www.' || left(md5('w' || n), 14) || '.example', 'Net 30', 'Active', '29/02/2020',
    '1,250,000.00', '5,000.00', 'GBP'
FROM generate_series(1, {rows}::bigint) AS g (n)
