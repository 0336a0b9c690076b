-- Contracts of the ERP: agreed, and of their posted invoices count, total, what is settled of it and
-- the worst open amount.
SELECT c.contract_no, c.currency, coalesce(c.amount, 0) AS amount, count(i.invoice_id) AS n,
       coalesce(sum(i.total), 0) AS invoiced, coalesce(sum(i.total - i.open_amount), 0) AS settled,
       coalesce(max(abs(i.open_amount)), 0) AS open
FROM contracts c
LEFT JOIN invoices i ON i.contract_id = c.contract_id AND i.status = 'P'
GROUP BY c.contract_no, c.currency, c.amount
