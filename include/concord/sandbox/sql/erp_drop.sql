-- The sandbox ERP's tables, sequence and functions, removed.
ALTER TABLE customers ALTER customer_code DROP DEFAULT;
DROP FUNCTION next_customer_code();
DROP TABLE customer_addresses, customer_contacts, customers;
DROP FUNCTION customers_normalise(), customer_contacts_normalise(),
    customer_addresses_normalise();
