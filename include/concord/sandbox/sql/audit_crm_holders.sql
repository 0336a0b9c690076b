-- Whose each paper of the CRM is. An order without the ERP's number stands alone.
SELECT 'order' AS kind, coalesce(erp_number, number) AS number, account_id::text FROM sales_order
UNION ALL
SELECT 'invoice', number, account_id::text FROM invoice
UNION ALL
SELECT 'payment', number, account_id::text FROM payment
