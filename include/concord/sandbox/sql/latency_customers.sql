-- Active customers of the ERP with a tax number that no other customer there has, without the seed's
-- broken ones.
SELECT min(customer_code), upper(regexp_replace(vat_no, '\s', '', 'g')) AS tax
FROM customers
WHERE vat_no IS NOT NULL AND status = 'A'
GROUP BY tax
HAVING count(*) = 1 AND bool_and(
    coalesce(email, '') ~ '^([^@]+@[^@]+\.[^@]+)?$'
    AND coalesce(customer_since, '20000101') <= to_char(current_date, 'YYYYMMDD')
)
ORDER BY tax;
