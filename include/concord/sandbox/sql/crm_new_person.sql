-- A new person as the CRM's form enters them.
INSERT INTO person (id, account_id, display_name, title, work_phone, email_address)
VALUES (%(id)s, %(account_id)s, %(display_name)s, %(title)s, %(work_phone)s, %(email_address)s);
