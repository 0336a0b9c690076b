-- totals: count, amount and amount in the company's currency of one side's records, by group.
SELECT {key}, count(*), sum({amount}), sum({home})
FROM {records} AS r {joins}
WHERE r.deleted_at IS NULL
GROUP BY 1
