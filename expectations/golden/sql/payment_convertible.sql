-- payment_convertible: a payment of an invoice in another currency, one of which has no exchange rate.
SELECT b.golden_id
FROM {batch} AS b
JOIN golden.payment_allocations AS a ON a.golden_id = b.golden_id
JOIN golden.invoice AS i ON i.golden_id = a.invoice
CROSS JOIN LATERAL (VALUES (b.currency), (i.currency)) AS c (currency)
WHERE i.currency <> b.currency AND c.currency <> 'CNY'
  AND NOT EXISTS (
    SELECT FROM golden.exchange_rate AS r
    WHERE r.currency = c.currency AND r.valid_from <= b.received_on AND r.deleted_at IS NULL)
