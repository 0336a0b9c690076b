-- erp_orders: one order of five lines a number, all but every fortieth long delivered and paid.
-- From temporary tables item (n, item_id, uom) and customer (n, customer_code).
WITH numbered AS (
    SELECT n, n %% 40 = 0 AS draft FROM generate_series(1, %(orders)s::bigint) AS g (n)
), line AS MATERIALIZED (
    SELECT o.n, o.draft, k.k, i.item_id, i.uom, 1 + (o.n + k.k) %% 9 AS qty, 10 + (o.n * k.k) %% 90 AS price
    FROM numbered AS o
    CROSS JOIN generate_series(1, 5) AS k (k)
    JOIN item AS i ON i.n = (o.n * 31 + o.n / 40 + k.k * 17) %% (SELECT count(*) FROM item)
), header AS (
    INSERT INTO sales_orders (so_id, so_no, crm_ref, customer_code, company_code, wh_id, order_date,
        requested_on, status, delivery_status, billing_status, payment_status, currency, rate,
        net_total, tax_total, total)
    SELECT o.n, 'BN-' || o.n, 'CO-B' || o.n, c.customer_code, '1000', 1 + o.n %% 2,
        current_date - (o.n %% 700)::integer, current_date - (o.n %% 700)::integer + 9,
        CASE WHEN o.draft THEN 'D' ELSE 'F' END, CASE WHEN o.draft THEN '-' ELSE 'D' END,
        CASE WHEN o.draft THEN '-' ELSE 'I' END, CASE WHEN o.draft THEN 'O' ELSE 'F' END, 'CNY',
        CASE WHEN o.draft THEN NULL ELSE 1 END, t.net, round(t.net * 0.13, 2),
        t.net + round(t.net * 0.13, 2)
    FROM numbered AS o
    JOIN customer AS c ON c.n = o.n * 7919 %% (SELECT count(*) FROM customer)
    JOIN (SELECT l.n, sum(l.qty * l.price)::numeric AS net FROM line AS l GROUP BY l.n) AS t ON t.n = o.n
)
INSERT INTO sales_order_lines (so_id, line_no, item_id, qty, uom, unit_price, qty_delivered, qty_invoiced)
SELECT l.n, 10 * l.k, l.item_id, l.qty, l.uom, l.price, CASE WHEN l.draft THEN 0 ELSE l.qty END,
    CASE WHEN l.draft THEN 0 ELSE l.qty END
FROM line AS l
