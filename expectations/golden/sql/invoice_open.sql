-- invoice_open: a posted invoice of which more or less is open than what posted payments leave.
SELECT b.golden_id
FROM {batch} AS b
CROSS JOIN LATERAL (
    SELECT coalesce(sum(a.amount), 0) AS settled
    FROM golden.payment_allocations AS a
    JOIN golden.payment AS p ON p.golden_id = a.golden_id AND p.status = 'posted' AND p.deleted_at IS NULL
    WHERE a.invoice = b.golden_id
) AS a
WHERE b.lifecycle = 'posted' AND abs(b.total - a.settled - b.open) > 0.01
