-- What each account has ordered: the last day, how many are open, and what is confirmed and not
-- invoiced yet, in the group's currency.
SELECT account_id::text, max(ordered_on) AS last_on,
       count(*) FILTER (WHERE status IN ('Draft', 'Confirmed')) AS open,
       coalesce(sum(total * coalesce(rate, 1)) FILTER (
           WHERE status = 'Confirmed' AND coalesce(billing, 'Not invoiced') = 'Not invoiced'), 0) AS coming
FROM sales_order WHERE status <> 'Cancelled'
  AND number <> ALL (%(without)s) AND coalesce(erp_number, number) <> ALL (%(without)s)
GROUP BY account_id
