-- A new customer as the ERP's form enters it; the key is the ERP's own.
INSERT INTO customers (name, kind, vat_no, country_code, phone, email, terms_code, customer_since,
                       credit_limit, currency)
VALUES (%(name)s, %(kind)s, %(vat_no)s, %(country_code)s, %(phone)s, %(email)s, %(terms_code)s,
        %(customer_since)s, %(credit_limit)s, %(currency)s)
RETURNING customer_code;
