-- What each customer owes, with what is overdue, at each paper's own rate; drafts are not owed.
SELECT x.customer_code, sum(x.owed) AS owed, sum(x.overdue) AS overdue
FROM (
    SELECT customer_code, open_amount * rate AS owed,
           CASE WHEN due_date < current_date THEN open_amount * rate ELSE 0 END AS overdue
    FROM invoices WHERE status = 'P' AND invoice_no <> ALL (%(without)s)
    UNION ALL
    SELECT customer_code, -unallocated * rate, 0 FROM payments WHERE status = 'P' AND payment_no <> ALL (%(without)s)
) x
GROUP BY x.customer_code
