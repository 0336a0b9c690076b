-- What the CRM shows.
SELECT p.code, w.code AS warehouse, a.on_hand, a.reserved, a.promised, a.available
FROM availability a
JOIN product p ON p.id = a.product_id
JOIN warehouse w ON w.id = a.warehouse_id
