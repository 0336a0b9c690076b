-- Stock of the ERP by product and warehouse with what comes in.
SELECT i.item_code, w.wh_code, s.on_hand, s.reserved,
       coalesce((SELECT sum(r.qty_open) FROM expected_receipts r
                 WHERE r.item_id = s.item_id AND r.wh_id = s.wh_id AND r.status = 'E'), 0) AS inbound
FROM stock s JOIN items i USING (item_id) JOIN warehouses w USING (wh_id)
