-- payment_within_invoice: a payment of an invoice that is settled by more than its total, over all
-- posted payments; of a credit note by less.
SELECT mine.golden_id
FROM (SELECT DISTINCT b.golden_id, a.invoice
      FROM {batch} AS b
      JOIN golden.payment_allocations AS a ON a.golden_id = b.golden_id
      WHERE b.status = 'posted') AS mine
JOIN golden.invoice AS i ON i.golden_id = mine.invoice
CROSS JOIN LATERAL (
    SELECT sum(a.amount) AS settled
    FROM golden.payment_allocations AS a
    JOIN golden.payment AS p ON p.golden_id = a.golden_id AND p.status = 'posted' AND p.deleted_at IS NULL
    WHERE a.invoice = mine.invoice
) AS a
WHERE a.settled NOT BETWEEN least(i.total, 0) - 0.005 AND greatest(i.total, 0) + 0.005
