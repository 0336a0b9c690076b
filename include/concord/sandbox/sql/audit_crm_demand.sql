-- What orders need that are in the CRM alone, and what is held without an order, in base units. A line
-- in a unit that its product does not have needs nothing that anybody could count.
SELECT p.code, w.code AS warehouse, sum(x.needed) AS needed
FROM (
    SELECT l.product_id, o.warehouse_id,
           greatest(sum(l.quantity * CASE WHEN unit_of(l.unit) = unit_of(g.unit) THEN 1
                                          ELSE u.numerator::numeric / u.denominator END), 0) AS needed
    FROM sales_order o
    JOIN sales_order_line l ON l.order_id = o.id
    JOIN product g ON g.id = l.product_id AND g.kind <> 'Service'
    LEFT JOIN product_unit u ON u.product_id = g.id AND unit_of(u.unit) = unit_of(l.unit)
    WHERE o.erp_number IS NULL AND o.status IN ('Draft', 'Confirmed')
      AND o.number <> ALL (%(without)s)
    GROUP BY o.id, l.product_id, o.warehouse_id
    UNION ALL
    SELECT r.product_id, r.warehouse_id, r.quantity
    FROM reservation r
    WHERE r.status = 'Held' AND r.order_id IS NULL
) x
JOIN product p ON p.id = x.product_id
JOIN warehouse w ON w.id = x.warehouse_id
WHERE x.needed IS NOT NULL
GROUP BY p.code, w.code
