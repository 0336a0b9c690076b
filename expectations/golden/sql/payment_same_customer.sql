-- payment_same_customer: a payment of another customer's or another company's invoice.
SELECT b.golden_id
FROM {batch} AS b
JOIN golden.payment_allocations AS a ON a.golden_id = b.golden_id
JOIN golden.invoice AS i ON i.golden_id = a.invoice
WHERE i.party <> b.party OR i.company <> b.company
