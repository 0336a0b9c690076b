-- What each account has ordered: the last day, how many are open, and what is confirmed and not
-- invoiced yet, in the group's currency.
SELECT o.account_id::text, max(o.ordered_on) AS last_on,
       count(*) FILTER (WHERE o.status IN ('Draft', 'Confirmed')) AS open,
       coalesce(sum(greatest(o.total - coalesce(i.total, 0), 0) * coalesce(o.rate, 1))
                FILTER (WHERE o.status = 'Confirmed'), 0) AS coming
FROM sales_order o
LEFT JOIN LATERAL (
    SELECT sum(n.total) AS total FROM invoice n
    WHERE n.order_id = o.id AND n.status = 'Posted' AND n.number <> ALL (%(without)s)
) i ON true
WHERE o.status <> 'Cancelled'
  AND o.number <> ALL (%(without)s) AND coalesce(o.erp_number, o.number) <> ALL (%(without)s)
GROUP BY o.account_id
