-- Supply of the ERP that is open and not ordered or released yet, by product and warehouse; and what
-- components open production orders need.
SELECT i.item_code, w.wh_code, sum(x.open) AS open, sum(x.needed) AS needed
FROM (
    SELECT r.item_id, r.wh_id, r.qty AS open, 0 AS needed FROM purchase_requisitions r
    WHERE r.status IN ('D', 'A') AND r.origin IS NOT NULL
    UNION ALL
    SELECT m.item_id, m.wh_id, m.qty, 0 FROM production_orders m
    WHERE m.status = 'D' AND m.origin IS NOT NULL
    UNION ALL
    SELECT c.item_id, m.wh_id, 0, c.qty
    FROM production_orders m JOIN production_components c USING (mo_id)
    WHERE m.status IN ('D', 'R') AND m.so_id IS NOT NULL
) x
JOIN items i USING (item_id) JOIN warehouses w USING (wh_id)
GROUP BY i.item_code, w.wh_code
