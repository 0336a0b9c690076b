-- sales_order_references: an open order that names what is not there any more, or is not its own.
SELECT b.golden_id
FROM {batch} AS b
LEFT JOIN golden.party AS p ON p.golden_id = b.party AND p.deleted_at IS NULL
LEFT JOIN golden.warehouse AS w ON w.golden_id = b.warehouse AND w.deleted_at IS NULL
LEFT JOIN golden.contract AS c ON c.golden_id = b.contract AND c.deleted_at IS NULL
WHERE b.lifecycle IN ('draft', 'confirmed')
  AND (p.golden_id IS NULL OR w.golden_id IS NULL
       OR b.contract IS NOT NULL AND (c.golden_id IS NULL OR c.company <> b.company OR c.party <> b.party))
UNION ALL  -- not OR EXISTS, for which all lines of all orders would be read
SELECT b.golden_id
FROM {batch} AS b
JOIN golden.sales_order_lines AS l ON l.golden_id = b.golden_id
LEFT JOIN golden.product AS g ON g.golden_id = l.product AND g.deleted_at IS NULL
WHERE b.lifecycle IN ('draft', 'confirmed') AND g.golden_id IS NULL
