-- The sandbox ERP's rows, removed; keys start again.
TRUNCATE customer_addresses, customer_contacts, customers RESTART IDENTITY;
