-- invoice_lines_signed: a line of nothing, or an invoice's line of less.
SELECT b.golden_id
FROM {batch} AS b
JOIN golden.invoice_lines AS l ON l.golden_id = b.golden_id
WHERE l.quantity = 0 OR b.kind = 'invoice' AND l.quantity < 0
