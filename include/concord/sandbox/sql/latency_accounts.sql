-- Accounts of the CRM with a tax number that no other account there has.
SELECT min(id::text), upper(regexp_replace(tax_number, '\s', '', 'g')) AS tax
FROM account
WHERE tax_number IS NOT NULL
GROUP BY tax
HAVING count(*) = 1
ORDER BY tax;
