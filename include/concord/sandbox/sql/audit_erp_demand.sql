-- What open orders of the ERP still need, in base units, by product and warehouse.
SELECT i.item_code, w.wh_code,
       sum(greatest(l.qty - l.qty_reserved - l.qty_delivered, 0)
           * CASE WHEN l.uom = i.uom THEN 1 ELSE u.numerator::numeric / u.denominator END) AS needed
FROM sales_orders o
JOIN sales_order_lines l USING (so_id)
JOIN items i USING (item_id)
JOIN warehouses w ON w.wh_id = o.wh_id
LEFT JOIN item_units u ON u.item_id = l.item_id AND u.uom = l.uom
WHERE o.status IN ('D', 'C') AND i.supply_kind <> 'S'
  AND o.so_no <> ALL (%(without)s) AND coalesce(o.crm_ref, o.so_no) <> ALL (%(without)s)
GROUP BY i.item_code, w.wh_code
