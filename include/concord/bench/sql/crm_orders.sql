-- crm_orders: the same orders as the CRM has them; see erp_orders.
-- From temporary tables item (n, product_id, unit), customer (n, account_id), place (n, warehouse_id).
WITH numbered AS (
    SELECT n, n %% 40 = 0 AS draft, gen_random_uuid() AS id
    FROM generate_series(1, %(orders)s::bigint) AS g (n)
), line AS MATERIALIZED (
    SELECT o.n, o.id, o.draft, k.k, i.product_id, i.unit, 1 + (o.n + k.k) %% 9 AS qty,
        10 + (o.n * k.k) %% 90 AS price
    FROM numbered AS o
    CROSS JOIN generate_series(1, 5) AS k (k)
    JOIN item AS i ON i.n = (o.n * 31 + o.n / 40 + k.k * 17) %% (SELECT count(*) FROM item)
), header AS (
    INSERT INTO sales_order (id, number, erp_number, account_id, company, warehouse_id, ordered_on,
        requested_on, status, delivery, billing, payment, hold, currency, rate, net, tax, total)
    SELECT o.id, 'CO-B' || o.n, 'BN-' || o.n, c.account_id, 'Shanghai', w.warehouse_id,
        current_date - (o.n %% 700)::integer, current_date - (o.n %% 700)::integer + 9,
        CASE WHEN o.draft THEN 'Draft' ELSE 'Done' END,
        CASE WHEN o.draft THEN 'Not delivered' ELSE 'Delivered' END,
        CASE WHEN o.draft THEN 'Not invoiced' ELSE 'Invoiced' END,
        CASE WHEN o.draft THEN 'Open' ELSE 'Paid' END, 'None', 'CNY',
        CASE WHEN o.draft THEN NULL ELSE 1 END, t.net, round(t.net * 0.13, 2),
        t.net + round(t.net * 0.13, 2)
    FROM numbered AS o
    JOIN customer AS c ON c.n = o.n * 7919 %% (SELECT count(*) FROM customer)
    JOIN place AS w ON w.n = 1 + o.n %% 2
    JOIN (SELECT l.n, sum(l.qty * l.price)::numeric AS net FROM line AS l GROUP BY l.n) AS t ON t.n = o.n
), progress AS (
    INSERT INTO sales_order_progress (order_id, line_no, reserved, delivered, invoiced)
    SELECT l.id, 10 * l.k, 0, CASE WHEN l.draft THEN 0 ELSE l.qty END,
        CASE WHEN l.draft THEN 0 ELSE l.qty END
    FROM line AS l
)
INSERT INTO sales_order_line (order_id, line_no, product_id, quantity, unit, price, discount)
SELECT l.id, 10 * l.k, l.product_id, l.qty, l.unit, l.price, 0
FROM line AS l
