-- Whose each paper of the ERP is.
SELECT 'order' AS kind, so_no AS number, customer_code FROM sales_orders
UNION ALL
SELECT 'invoice', invoice_no, customer_code FROM invoices
UNION ALL
SELECT 'payment', payment_no, customer_code FROM payments
