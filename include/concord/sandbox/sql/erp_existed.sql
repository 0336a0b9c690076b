-- What there was to promise per item and warehouse, in the item's own unit: what is on hand, and
-- what customers have had of it.
SELECT i.item_code, w.wh_code, s.on_hand + coalesce(sum(
    l.qty * coalesce(u.numerator, 1) / coalesce(u.denominator, 1)), 0)
FROM stock s
JOIN items i ON i.item_id = s.item_id
JOIN warehouses w ON w.wh_id = s.wh_id
LEFT JOIN (shipment_lines l JOIN shipments h ON h.shipment_id = l.shipment_id
           AND h.status IN ('S', 'D')) ON h.wh_id = s.wh_id AND l.item_id = s.item_id
LEFT JOIN item_units u ON u.item_id = l.item_id AND u.uom = l.uom AND l.uom <> i.uom
GROUP BY i.item_code, w.wh_code, s.on_hand;
