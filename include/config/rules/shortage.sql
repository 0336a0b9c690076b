-- shortage: what each open order lacks of a product, in the base unit, when stock that is free and
-- receipts that are expected go to the orders in the order in which they were placed. Components of
-- production orders that are not done are needed like anything else. For an order that is held nothing
-- is bought or made.
SELECT x.subject, x.order_id, x.company, x.product, x.warehouse, x.needed_on,
       least(x.quantity, greatest(x.so_far - x.supply, 0)) AS quantity
FROM (
    SELECT d.*, sum(d.quantity) OVER (PARTITION BY d.subject ORDER BY d.ordered_on, d.order_id) AS so_far
    FROM (
        SELECT s.golden_id AS subject, n.order_id, n.company, n.product, n.warehouse, n.ordered_on,
               min(n.needed_on) AS needed_on, sum(n.quantity) AS quantity,
               s.on_hand - s.reserved + coalesce((
                   SELECT sum(i.quantity) FROM golden.inbound AS i
                   WHERE i.product = s.product AND i.warehouse = s.warehouse
                     AND i.status = 'expected' AND i.deleted_at IS NULL), 0) AS supply
        FROM golden.stock_level AS s
        JOIN (
            SELECT o.order_id, o.company, o.product, o.warehouse, o.ordered_on, o.requested_on AS needed_on,
                   o.quantity
            FROM open_demand AS o
            WHERE NOT o.held
            UNION ALL
            SELECT m."order", m.company, c.product, m.warehouse, o.ordered_on, m.needed_on, c.quantity
            FROM golden.production_order AS m
            JOIN golden.production_order_components AS c USING (golden_id)
            JOIN golden.sales_order AS o ON o.golden_id = m."order"
            WHERE m.lifecycle IN ('draft', 'released') AND m.deleted_at IS NULL
        ) AS n ON n.product = s.product AND n.warehouse = s.warehouse
        WHERE s.deleted_at IS NULL
        GROUP BY s.golden_id, n.order_id, n.company, n.product, n.warehouse, n.ordered_on
    ) AS d
) AS x
WHERE x.so_far > x.supply AND x.quantity > 0
