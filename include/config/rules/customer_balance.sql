-- customer_balance: one row a customer with an invoice, a payment or an order. Posted documents
-- and orders are taken at their own rate, the credit limit at today's.
SELECT p.golden_id::text AS key, p.golden_id AS subject,
       round(d.open_balance, 2) AS open_balance, round(d.overdue, 2) AS overdue,
       round(p.credit_limit * coalesce(limit_rate.rate, 1) - d.open_balance - o.not_invoiced, 2) AS credit_room,
       'CNY' AS balance_currency, o.last_order_on, o.orders_open,
       (d.next_due + 1)::timestamptz AS again_at
FROM golden.party AS p
LEFT JOIN rate_today AS limit_rate ON limit_rate.currency = p.currency
CROSS JOIN LATERAL (
    SELECT coalesce(sum(i.open * coalesce(i.rate, 1)), 0) - coalesce((
               SELECT sum(y.unallocated * coalesce(y.rate, 1)) FROM golden.payment AS y
               WHERE y.party = p.golden_id AND y.status = 'posted' AND y.deleted_at IS NULL), 0) AS open_balance,
           coalesce(sum(i.open * coalesce(i.rate, 1)) FILTER (WHERE i.due_on < current_date), 0) AS overdue,
           count(*) AS n, min(i.due_on) FILTER (WHERE i.open > 0 AND i.due_on >= current_date) AS next_due
    FROM golden.invoice AS i
    WHERE i.party = p.golden_id AND i.lifecycle = 'posted' AND i.deleted_at IS NULL
) AS d
CROSS JOIN LATERAL (
    SELECT max(o.ordered_on) AS last_order_on,
           count(*) FILTER (WHERE o.lifecycle IN ('draft', 'confirmed')) AS orders_open, count(*) AS n,
           coalesce(sum(greatest(o.total - coalesce((
               SELECT sum(i.total) FROM golden.invoice AS i
               WHERE i."order" = o.golden_id AND i.lifecycle = 'posted' AND i.deleted_at IS NULL), 0), 0)
               * coalesce(o.rate, 1)) FILTER (WHERE o.lifecycle = 'confirmed'), 0) AS not_invoiced
    FROM orders_there AS o
    WHERE o.party = p.golden_id AND o.lifecycle <> 'cancelled'
) AS o
WHERE p.deleted_at IS NULL AND (d.n > 0 OR o.n > 0)
