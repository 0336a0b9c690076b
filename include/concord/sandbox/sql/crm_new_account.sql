-- A new account as the CRM's form enters it.
INSERT INTO account (id, account_name, account_type, tax_number, country, phone_number,
                     email_address, web, payment_term, annual_revenue, currency_code)
VALUES (%(id)s, %(account_name)s, %(account_type)s, %(tax_number)s, %(country)s, %(phone_number)s,
        %(email_address)s, %(web)s, %(payment_term)s, %(annual_revenue)s, %(currency_code)s);
