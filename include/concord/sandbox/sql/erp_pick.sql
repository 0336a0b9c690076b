-- The first customer at or after an address number, and what the CRM may know it by.
SELECT c.customer_code, c.name, c.country_code, c.phone, c.email, c.vat_no
FROM customer_addresses a JOIN customers c USING (customer_code)
WHERE a.address_no >= %(from)s
ORDER BY a.address_no
LIMIT 1;
