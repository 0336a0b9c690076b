-- A new contact as the ERP's form enters it.
INSERT INTO customer_contacts (customer_code, full_name, "position", tel, email)
VALUES (%(customer_code)s, %(full_name)s, %(position)s, %(tel)s, %(email)s);
