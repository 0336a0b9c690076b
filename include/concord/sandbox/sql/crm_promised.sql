-- What the CRM has promised per product and warehouse, in the product's own unit: all orders that
-- are not cancelled, and what is held for people who still type. Lines without a known unit or
-- with a quantity below zero promise nothing.
SELECT code, place, sum(quantity)
FROM (
    SELECT p.code, w.code AS place,
           l.quantity * coalesce(u.numerator, 1) / coalesce(u.denominator, 1) AS quantity
    FROM sales_order o
    JOIN sales_order_line l ON l.order_id = o.id AND l.quantity > 0
    JOIN product p ON p.id = l.product_id AND p.kind <> 'Service'
    JOIN warehouse w ON w.id = o.warehouse_id
    LEFT JOIN product_unit u ON u.product_id = p.id AND unit_of(u.unit) = unit_of(l.unit)
    WHERE o.status <> 'Cancelled' AND (unit_of(l.unit) = unit_of(p.unit) OR u.unit IS NOT NULL)
    UNION ALL
    SELECT p.code, w.code, r.quantity
    FROM reservation r
    JOIN product p ON p.id = r.product_id
    JOIN warehouse w ON w.id = r.warehouse_id
    WHERE r.status = 'Held' AND r.order_id IS NULL AND r.expires_at > utc_now()) AS promise
GROUP BY code, place;
