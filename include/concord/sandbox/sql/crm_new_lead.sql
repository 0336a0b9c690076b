-- A new lead as the CRM's form enters it.
INSERT INTO lead (company, person, tax_number, country, phone, email, source, owner_name)
VALUES (%(company)s, %(person)s, %(tax_number)s, %(country)s, %(phone)s, %(email)s, %(source)s,
        %(owner)s)
RETURNING id::text;
