-- The sandbox CRM's tables and functions, removed.
DROP TABLE account_address, person, account;
DROP FUNCTION account_touch(), person_touch(), account_address_touch();
