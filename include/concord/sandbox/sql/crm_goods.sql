-- The first products that have a stock figure, and where: id, warehouse, its company, own unit.
SELECT a.product_id::text, a.warehouse_id::text, w.company, p.unit
FROM availability a
JOIN product p ON p.id = a.product_id
JOIN warehouse w ON w.id = a.warehouse_id
WHERE a.product_id IN (
    SELECT g.id FROM product g
    WHERE g.status = 'Active' AND EXISTS (
        SELECT FROM availability f WHERE f.product_id = g.id AND f.available > 0)
    ORDER BY g.code LIMIT %(products)s)
ORDER BY w.code, p.code;
