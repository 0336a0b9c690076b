-- sales_order_credit: a draft that is worth more than what is left of its customer's credit: limit less
-- open invoices and what is not invoiced of confirmed orders, in CNY, the group's currency. A limit or an
-- order in a currency without a rate says nothing here; the order is held for that.
SELECT b.golden_id
FROM {batch} AS b
JOIN golden.party AS p ON p.golden_id = b.party
CROSS JOIN LATERAL (
    SELECT CASE p.currency WHEN 'CNY' THEN 1 ELSE (
        SELECT r.rate FROM golden.exchange_rate AS r
        WHERE r.currency = p.currency AND r.valid_from <= {today} AND r.deleted_at IS NULL
        ORDER BY r.valid_from DESC LIMIT 1) END AS of_limit,
        CASE b.currency WHEN 'CNY' THEN 1 ELSE (
        SELECT r.rate FROM golden.exchange_rate AS r
        WHERE r.currency = b.currency AND r.valid_from <= b.ordered_on AND r.deleted_at IS NULL
        ORDER BY r.valid_from DESC LIMIT 1) END AS of_order
) AS rate
CROSS JOIN LATERAL (
    SELECT coalesce(sum(i.open * coalesce(i.rate, 1)), 0) AS worth
    FROM golden.invoice AS i
    WHERE i.party = b.party AND i.lifecycle = 'posted' AND i.deleted_at IS NULL
) AS invoiced
CROSS JOIN LATERAL (
    SELECT coalesce(sum(greatest(o.total - coalesce((
               SELECT sum(i.total) FROM golden.invoice AS i
               WHERE i."order" = o.golden_id AND i.lifecycle = 'posted' AND i.deleted_at IS NULL), 0), 0)
               * coalesce(o.rate, 1)), 0) AS worth
    FROM golden.sales_order AS o
    WHERE o.party = b.party AND o.lifecycle = 'confirmed' AND o.deleted_at IS NULL
) AS ordered
CROSS JOIN LATERAL (
    SELECT sum(l.quantity * l.price * (1 - coalesce(l.discount, 0) / 100)) AS worth
    FROM golden.sales_order_lines AS l
    WHERE l.golden_id = b.golden_id
) AS wanted
WHERE b.lifecycle = 'draft'
  AND wanted.worth * rate.of_order > p.credit_limit * rate.of_limit - invoiced.worth - ordered.worth
