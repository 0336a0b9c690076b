-- production_for_shortage: those that were released already, as they are; and one for what an order
-- still lacks, numbered after these.
WITH released AS NOT MATERIALIZED (
    SELECT i.source_id, p.*
    FROM golden.production_order AS p
    JOIN image.production_order_rules AS i USING (golden_id)
    WHERE p.lifecycle IN ('released', 'done') AND p.deleted_at IS NULL
      AND i.source_id LIKE 'production_for_shortage:%'
)
SELECT substr(p.source_id, length('production_for_shortage:') + 1) AS key, s.golden_id AS subject,
       p.origin, p.company, p.product, p.warehouse, p.quantity, p.needed_on, p."order", p.lifecycle, p.components
FROM released AS p
JOIN golden.stock_level AS s ON s.product = p.product AND s.warehouse = p.warehouse
UNION ALL
SELECT k.key, x.subject, k.key AS origin, x.company, x.product, x.warehouse, x.quantity, x.needed_on,
       x.order_id AS "order", n.lifecycle, c.lines AS components
FROM shortage AS x
JOIN golden.product AS g ON g.golden_id = x.product AND g.kind = 'made'
CROSS JOIN LATERAL (
    SELECT concat_ws(':', x.order_id, x.product, nullif(count(*), 0)) AS key
    FROM released AS p WHERE p."order" = x.order_id AND p.product = x.product
) AS k
CROSS JOIN LATERAL (  -- once the ERP has it, what becomes of it is its people's, until nobody is short
    SELECT CASE WHEN coalesce(bool_or(i.system <> 'rules'), false)
                     AND NOT bool_or(i.system = 'rules' AND coalesce(i.lifecycle = 'cancelled', false))
                THEN NULL ELSE 'draft' END AS lifecycle
    FROM image.production_order_rules AS own
    JOIN image.production_order AS i USING (golden_id)
    WHERE own.source_id = 'production_for_shortage:' || k.key AND i.deleted_at IS NULL
) AS n
CROSS JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('line_no', c.nth::text, 'product', c.product,
                                        'quantity', trim_scale(round(c.quantity * x.quantity, 6))::text) ORDER BY c.nth) AS lines
    FROM (SELECT c.*, row_number() OVER (ORDER BY c.product) AS nth
          FROM components AS c WHERE c.made = x.product) AS c
) AS c
WHERE c.lines IS NOT NULL
