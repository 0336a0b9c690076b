-- Payments that the CRM shows, with what they settle.
SELECT y.number, y.kind, y.company, y.received_on, y.status, y.currency, y.rate, y.amount,
       y.unallocated,
       (SELECT string_agg(concat_ws('/', a.line_no, n.number, a.amount), ' ' ORDER BY a.line_no)
        FROM payment_allocation a JOIN invoice n ON n.id = a.invoice_id
        WHERE a.payment_id = y.id) AS settles
FROM payment y
