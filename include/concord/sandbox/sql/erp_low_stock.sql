-- Stock of bought (B) or made (M) items that is low, with what orders and the shop floor miss of it, if
-- nobody has asked for more of it yet; what is missed most comes first.
WITH missed AS (
    SELECT l.item_id, o.wh_id,
           to_base(l.item_id, l.uom, l.qty - l.qty_delivered - l.qty_returned - l.qty_reserved) AS qty
    FROM sales_orders o JOIN sales_order_lines l USING (so_id)
    WHERE o.status = 'C' AND l.qty > l.qty_delivered + l.qty_returned + l.qty_reserved
    UNION ALL
    SELECT c.item_id, m.wh_id, c.qty
    FROM production_orders m JOIN production_components c USING (mo_id) WHERE m.status = 'R'
),
asked AS (
    SELECT item_id, wh_id FROM purchase_requisitions WHERE status IN ('D', 'A', 'O')
    UNION
    SELECT item_id, wh_id FROM production_orders WHERE status IN ('D', 'R')
)
SELECT s.item_id, s.wh_id, w.company_code, ceil(need.missing) AS missing
FROM stock s
JOIN items i USING (item_id)
JOIN warehouses w USING (wh_id),
LATERAL (SELECT coalesce(sum(qty), 0) AS missing FROM missed
         WHERE item_id = s.item_id AND wh_id = s.wh_id) need
WHERE i.supply_kind = %(kind)s AND i.status = 'A' AND s.on_hand - s.reserved - need.missing < 10
  AND NOT EXISTS (SELECT FROM asked WHERE item_id = s.item_id AND wh_id = s.wh_id)
ORDER BY s.on_hand - s.reserved - need.missing, s.stock_id;
