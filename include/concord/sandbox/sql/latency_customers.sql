-- Active customers of the ERP with a tax number that no other customer there has.
SELECT min(customer_code), upper(regexp_replace(vat_no, '\s', '', 'g')) AS tax
FROM customers
WHERE vat_no IS NOT NULL AND status = 'A'
GROUP BY tax
HAVING count(*) = 1
ORDER BY tax;
