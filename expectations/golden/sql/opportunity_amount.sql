-- opportunity_amount: a deal whose amount is not that of its lines, give or take a cent a line.
SELECT b.golden_id
FROM {batch} AS b
CROSS JOIN LATERAL (
    SELECT sum(l.quantity * l.price) AS amount, count(*) * 0.01 AS cents
    FROM golden.opportunity_lines AS l
    WHERE l.golden_id = b.golden_id
) AS l
WHERE abs(b.amount - l.amount) > l.cents
