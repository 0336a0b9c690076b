-- Each order of the ERP with its customer, the CRM's number of it, its day, whether it is open, and
-- what is confirmed and not invoiced yet, in the group's currency.
SELECT o.customer_code, o.so_no, o.crm_ref, o.order_date, (o.status IN ('D', 'C'))::integer AS open,
       CASE WHEN o.status = 'C' THEN greatest(o.total - coalesce(i.total, 0), 0) * coalesce(o.rate, 1)
            ELSE 0 END AS coming
FROM sales_orders o
LEFT JOIN LATERAL (
    SELECT sum(n.total) AS total FROM invoices n
    WHERE n.so_id = o.so_id AND n.status = 'P' AND n.invoice_no <> ALL (%(without)s)
) i ON true
WHERE o.status <> 'X' AND o.so_no <> ALL (%(without)s) AND coalesce(o.crm_ref, o.so_no) <> ALL (%(without)s)
