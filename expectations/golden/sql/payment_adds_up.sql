-- payment_adds_up: a posted payment that is not what it settles and what is left of it. What it settles
-- is in the invoices' currencies; in another one than its own it is converted by the documents' rates,
-- to a hundredth.
SELECT b.golden_id
FROM {batch} AS b
CROSS JOIN LATERAL (
    SELECT coalesce(sum(a.amount * CASE WHEN i.currency = b.currency THEN 1
                                        ELSE coalesce(i.rate, 1) / coalesce(b.rate, 1) END), 0) AS settled,
           CASE WHEN bool_or(i.currency <> b.currency) THEN 0.01 * abs(b.amount) ELSE 0.005 END AS room
    FROM golden.payment_allocations AS a
    JOIN golden.invoice AS i ON i.golden_id = a.invoice
    WHERE a.golden_id = b.golden_id
) AS a
WHERE b.status = 'posted' AND abs(b.amount - a.settled - coalesce(b.unallocated, 0)) > coalesce(a.room, 0.005)
