-- contract_settlement: one row a contract that is not cancelled. Change the tolerances here.
WITH tolerance (currency, amount) AS (
    VALUES ('CNY', 1.00), ('EUR', 0.10), ('USD', 0.10), ('GBP', 0.10)
),
counted AS (
    SELECT c.golden_id, c.lifecycle, c.amount, coalesce(t.amount, 0) AS tolerance,
           count(i.golden_id) AS n, coalesce(sum(i.total), 0) AS invoiced,
           coalesce(sum(i.total - i.open), 0) AS settled,
           coalesce(bool_and(abs(i.open) <= coalesce(t.amount, 0)), false) AS all_paid
    FROM golden.contract AS c
    LEFT JOIN tolerance AS t USING (currency)
    LEFT JOIN golden.invoice AS i
      ON i.contract = c.golden_id AND i.lifecycle = 'posted' AND i.deleted_at IS NULL
    WHERE c.deleted_at IS NULL AND c.lifecycle <> 'cancelled'
    GROUP BY c.golden_id, c.lifecycle, c.amount, t.amount
),
judged AS (
    SELECT c.*, CASE
               WHEN c.n = 0 THEN 'none'
               WHEN c.all_paid AND c.invoiced >= coalesce(c.amount, 0) - c.tolerance THEN 'settled'
               WHEN c.all_paid THEN 'short'
               WHEN c.settled > 0 THEN 'partial'
               ELSE 'open' END AS settlement
    FROM counted AS c
)
SELECT j.golden_id::text AS key, j.golden_id AS subject, j.settlement, j.invoiced, j.settled AS settled_amount,
       CASE WHEN j.settlement = 'settled' THEN 'completed'
            WHEN j.lifecycle = 'completed' THEN 'active' END AS lifecycle
FROM judged AS j
