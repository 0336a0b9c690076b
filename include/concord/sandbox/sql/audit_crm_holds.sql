-- What is held without an order: promised, but nothing to buy or make for yet.
SELECT p.code, w.code AS warehouse, sum(r.quantity) AS quantity
FROM reservation r
JOIN product p ON p.id = r.product_id
JOIN warehouse w ON w.id = r.warehouse_id
WHERE r.status = 'Held' AND r.order_id IS NULL
GROUP BY p.code, w.code
