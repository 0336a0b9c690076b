-- Drafts of the ERP, one for each of the given customers, each for one piece of the first product.
WITH offer AS (
    SELECT p.item_id, p.uom, p.price, p.currency, l.company_code
    FROM prices p
    JOIN items i USING (item_id)
    JOIN price_lists l USING (list_id)
    WHERE i.status = 'A' AND i.supply_kind = 'B' AND p.min_qty = 0
      AND current_date BETWEEN p.valid_from AND coalesce(p.valid_to, 'infinity')
    ORDER BY p.item_id, p.price_id
    LIMIT 1
),
made AS (
    INSERT INTO sales_orders (customer_code, company_code, wh_id, currency)
    SELECT c.code, o.company_code,
           (SELECT min(wh_id) FROM warehouses w WHERE w.company_code = o.company_code), o.currency
    FROM unnest(%(customers)s::text[]) AS c (code), offer o
    RETURNING so_id, so_no
),
filled AS (
    INSERT INTO sales_order_lines (so_id, line_no, item_id, qty, uom, unit_price, discount_pct)
    SELECT m.so_id, 1, o.item_id, 1, o.uom, o.price, 0 FROM made m, offer o
    RETURNING item_id
)
SELECT so_id, so_no, (SELECT min(item_id) FROM filled) FROM made ORDER BY so_id;
