-- A new address as the ERP's form enters it.
INSERT INTO customer_addresses (customer_code, addr_type, street, city, region, zip, country_code)
VALUES (%(customer_code)s, %(addr_type)s, %(street)s, %(city)s, %(region)s, %(zip)s,
        %(country_code)s);
