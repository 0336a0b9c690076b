-- Contracts of the CRM: their state, why, and how much is invoiced and settled.
SELECT number, status, settlement, invoiced, settled FROM contract
