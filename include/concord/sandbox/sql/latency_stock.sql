-- Stock of bought products but one: item and warehouse, their codes, what is there.
SELECT s.item_id, s.wh_id, i.item_code, w.wh_code, s.on_hand
FROM stock s
JOIN items i USING (item_id)
JOIN warehouses w USING (wh_id)
WHERE i.supply_kind = 'B' AND i.status = 'A' AND s.item_id <> %(but)s
ORDER BY s.item_id, s.wh_id
LIMIT %(number)s;
