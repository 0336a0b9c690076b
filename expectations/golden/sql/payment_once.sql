-- payment_once: money that an earlier entry has booked already: the bank's own reference, customer and
-- amount are the same.
SELECT b.golden_id
FROM {batch} AS b
JOIN golden.payment AS p
  ON p.party = b.party AND p.bank_reference = b.bank_reference AND p.amount = b.amount
 AND p.currency = b.currency AND p.company = b.company AND p.kind = b.kind AND p.number < b.number
WHERE b.status <> 'cancelled' AND p.status <> 'cancelled' AND p.deleted_at IS NULL
