-- What orders need that are in the CRM alone, and what is held without an order, in base units.
SELECT p.code, w.code AS warehouse, sum(x.needed) AS needed
FROM (
    SELECT l.product_id, o.warehouse_id, base_quantity(l.product_id, l.quantity, l.unit) AS needed
    FROM sales_order o JOIN sales_order_line l ON l.order_id = o.id
    WHERE o.erp_number IS NULL AND o.status IN ('Draft', 'Confirmed')
    UNION ALL
    SELECT r.product_id, r.warehouse_id, r.quantity
    FROM reservation r
    WHERE r.status = 'Held' AND r.order_id IS NULL
) x
JOIN product p ON p.id = x.product_id
JOIN warehouse w ON w.id = x.warehouse_id
GROUP BY p.code, w.code
