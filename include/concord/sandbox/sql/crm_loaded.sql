-- The CRM after a bulk load: its statistics are fresh.
ANALYZE account, person, account_address;
