-- The sandbox CRM's rows, removed.
TRUNCATE account_address, person, account;
