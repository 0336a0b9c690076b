-- Orders, invoices and payments of the ERP: count and sum per company, currency and status;
-- without some, by number.
SELECT 'order' AS kind, o.company_code AS company, o.currency, o.status, count(*) AS n, sum(o.total) AS total
FROM sales_orders o WHERE o.so_no <> ALL (%(without)s) AND coalesce(o.crm_ref, o.so_no) <> ALL (%(without)s)
GROUP BY o.company_code, o.currency, o.status
UNION ALL
SELECT 'invoice', i.company_code, i.currency, i.status, count(*), sum(i.total)
FROM invoices i WHERE i.invoice_no <> ALL (%(without)s)
GROUP BY i.company_code, i.currency, i.status
UNION ALL
SELECT 'invoice open', i.company_code, i.currency, i.payment_status, count(*), sum(i.open_amount)
FROM invoices i WHERE i.invoice_no <> ALL (%(without)s)
GROUP BY i.company_code, i.currency, i.payment_status
UNION ALL
SELECT 'payment', p.company_code, p.currency, p.status, count(*), sum(p.amount)
FROM payments p WHERE p.payment_no <> ALL (%(without)s)
GROUP BY p.company_code, p.currency, p.status
UNION ALL
SELECT 'allocated', p.company_code, p.currency, p.status, count(*), sum(a.amount)
FROM payments p JOIN payment_allocations a USING (payment_id)
WHERE p.payment_no <> ALL (%(without)s)
GROUP BY p.company_code, p.currency, p.status
UNION ALL
SELECT 'shipment', w.company_code, '', s.status, count(*), NULL
FROM shipments s JOIN warehouses w USING (wh_id)
WHERE s.shipment_no <> ALL (%(without)s)
GROUP BY w.company_code, s.status
