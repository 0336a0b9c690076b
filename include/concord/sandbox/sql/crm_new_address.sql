-- A new address as the CRM's form enters it.
INSERT INTO account_address (id, account_id, kind, line1, city, state, postcode, country)
VALUES (%(id)s, %(account_id)s, %(kind)s, %(line1)s, %(city)s, %(state)s, %(postcode)s,
        %(country)s);
