-- open_demand: what open orders still need of a product from a warehouse, in the base unit, by
-- order: ordered less what the ERP has reserved or delivered.
SELECT o.golden_id AS order_id, o.held, o.company, o.ordered_on, o.requested_on, l.product, o.warehouse,
       greatest(sum((l.quantity - coalesce(p.reserved, 0) - coalesce(p.delivered, 0)) * r.ratio), 0) AS quantity
FROM orders_there AS o
JOIN golden.sales_order_lines AS l ON l.golden_id = o.golden_id
LEFT JOIN golden.sales_order_progress AS p ON p.golden_id = o.golden_id AND p.line_no = l.line_no
JOIN golden.product AS g ON g.golden_id = l.product
LEFT JOIN golden.product_units AS u ON u.golden_id = l.product AND u.unit = l.unit
CROSS JOIN LATERAL (
    SELECT CASE WHEN l.unit = g.base_unit THEN 1 ELSE u.numerator::numeric / u.denominator END AS ratio
) AS r
WHERE o.lifecycle IN ('draft', 'confirmed') AND r.ratio IS NOT NULL
  AND g.kind <> 'service'
GROUP BY o.golden_id, o.held, o.company, o.ordered_on, o.requested_on, l.product, o.warehouse
