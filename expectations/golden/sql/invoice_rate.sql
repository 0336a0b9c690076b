-- invoice_rate: an invoice in a currency that has no exchange rate on its day; CNY is the group's own.
SELECT b.golden_id
FROM {batch} AS b
WHERE b.currency <> 'CNY'
  AND NOT EXISTS (
    SELECT FROM golden.exchange_rate AS r
    WHERE r.currency = b.currency AND r.valid_from <= b.issued_on AND r.deleted_at IS NULL)
