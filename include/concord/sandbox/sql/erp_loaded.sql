-- The ERP after a bulk load: its keys go on after the loaded ones, its statistics are fresh.
SELECT setval(pg_get_serial_sequence('customers', 'customer_code'),
              greatest(max(substr(customer_code, 2)::bigint), 1), max(customer_code) IS NOT NULL)
FROM customers WHERE customer_code ~ '^C[0-9]+$';
SELECT setval(pg_get_serial_sequence('customer_contacts', 'contact_no'),
              greatest(max(contact_no), 1), max(contact_no) IS NOT NULL)
FROM customer_contacts;
SELECT setval(pg_get_serial_sequence('customer_addresses', 'address_no'),
              greatest(max(address_no), 1), max(address_no) IS NOT NULL)
FROM customer_addresses;
ANALYZE customers, customer_contacts, customer_addresses;
