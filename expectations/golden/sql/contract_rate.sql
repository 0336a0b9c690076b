-- contract_rate: a contract in a currency that has no exchange rate; CNY is the group's own.
SELECT b.golden_id
FROM {batch} AS b
WHERE b.currency <> 'CNY'
  AND NOT EXISTS (
    SELECT FROM golden.exchange_rate AS r WHERE r.currency = b.currency AND r.deleted_at IS NULL)
