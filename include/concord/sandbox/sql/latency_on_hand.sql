-- What the CRM shows as on hand, by codes of product and warehouse.
SELECT p.code, w.code, a.on_hand
FROM availability a
JOIN product p ON p.id = a.product_id
JOIN warehouse w ON w.id = a.warehouse_id;
