-- sales_order_total: an order whose totals are not those of its lines, give or take a cent a line. A
-- draft may still be on its way: its lines change on either side, its totals in the ERP alone.
SELECT b.golden_id
FROM {batch} AS b
CROSS JOIN LATERAL (
    SELECT coalesce(sum(round(l.quantity * l.price * (1 - coalesce(l.discount, 0) / 100), 2)), 0) AS net,
           greatest(count(*), 1) * 0.01 AS cents
    FROM golden.sales_order_lines AS l
    WHERE l.golden_id = b.golden_id
) AS l
WHERE b.lifecycle IN ('confirmed', 'done')
  AND (abs(b.net - l.net) > l.cents OR abs(b.total - b.net - b.tax) > 0.01)
