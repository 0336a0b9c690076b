-- invoice_total: an invoice whose totals are not those of its lines, give or take a cent a line.
SELECT b.golden_id
FROM {batch} AS b
CROSS JOIN LATERAL (
    SELECT coalesce(sum(l.net), 0) AS net, greatest(count(*), 1) * 0.01 AS cents
    FROM golden.invoice_lines AS l
    WHERE l.golden_id = b.golden_id
) AS l
WHERE b.lifecycle <> 'draft'
  AND (abs(b.net - l.net) > l.cents OR abs(b.total - b.net - b.tax) > 0.01)
