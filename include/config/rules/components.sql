-- components: what one base unit of each made product consists of, in base units of products that are
-- not made themselves; through all levels. What contains itself, or something whose bill is held back, has
-- none: nothing is produced from it.
WITH RECURSIVE bill AS (
    SELECT DISTINCT ON (b.product) b.golden_id, b.product, b.makes
    FROM golden.bill_of_materials AS b
    WHERE b.status = 'active' AND b.deleted_at IS NULL AND coalesce(b.valid_from, current_date) <= current_date
      AND NOT EXISTS (SELECT FROM ops.quarantine AS q
                      WHERE q.system = 'golden' AND q.entity = 'bill_of_materials'
                        AND q.source_id = b.golden_id::text AND q.state IN ('open', 'replay'))
    ORDER BY b.product, b.valid_from DESC NULLS LAST, b.number DESC
),
held AS (
    SELECT b.product
    FROM golden.bill_of_materials AS b
    WHERE b.status = 'active' AND b.deleted_at IS NULL AND coalesce(b.valid_from, current_date) <= current_date
    EXCEPT
    SELECT b.product FROM bill AS b
),
part AS (
    SELECT b.product AS made, l.product,
           l.quantity / b.makes * CASE WHEN l.unit = g.base_unit THEN 1
                                       ELSE u.numerator::numeric / u.denominator END AS quantity,
           n.product IS NOT NULL AS is_made
    FROM bill AS b
    JOIN golden.bill_of_materials_lines AS l ON l.golden_id = b.golden_id
    JOIN golden.product AS g ON g.golden_id = l.product
    LEFT JOIN golden.product_units AS u ON u.golden_id = l.product AND u.unit = l.unit
    LEFT JOIN bill AS n ON n.product = l.product
),
tree AS (
    SELECT p.made, p.product, p.quantity, p.is_made FROM part AS p
    UNION ALL
    SELECT t.made, p.product, t.quantity * p.quantity, p.is_made
    FROM tree AS t JOIN part AS p ON p.made = t.product
    WHERE t.is_made
) CYCLE product SET closed USING path
SELECT t.made, t.product, sum(t.quantity) AS quantity
FROM tree AS t
WHERE NOT t.is_made
  AND NOT EXISTS (SELECT FROM tree AS x LEFT JOIN held AS h USING (product)
                  WHERE x.made = t.made AND (x.closed OR h.product IS NOT NULL))
GROUP BY t.made, t.product
