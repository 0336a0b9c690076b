-- Payments of the ERP with what they settle, in the CRM's words.
SELECT y.payment_no AS number,
       CASE y.kind WHEN 'P' THEN 'Payment' WHEN 'A' THEN 'Advance' WHEN 'R' THEN 'Refund'
                   WHEN 'B' THEN 'Charge-back' WHEN 'V' THEN 'Reversal' END AS kind,
       CASE y.company_code WHEN '1000' THEN 'Shanghai' ELSE 'Hamburg' END AS company,
       y.value_date AS received_on,
       CASE y.status WHEN 'D' THEN 'Draft' WHEN 'P' THEN 'Posted' ELSE 'Cancelled' END AS status,
       y.currency, y.rate, y.amount, y.unallocated,
       (SELECT string_agg(concat_ws('/', a.line_no, n.invoice_no, a.amount), ' ' ORDER BY a.line_no)
        FROM payment_allocations a JOIN invoices n USING (invoice_id)
        WHERE a.payment_id = y.payment_id) AS settles
FROM payments y
