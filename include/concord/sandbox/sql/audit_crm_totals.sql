-- The same of the CRM.
SELECT 'order' AS kind, o.company, o.currency, o.status, count(*) AS n, sum(o.total) AS total
FROM sales_order o WHERE o.number <> ALL (%(without)s) AND coalesce(o.erp_number, o.number) <> ALL (%(without)s)
GROUP BY o.company, o.currency, o.status
UNION ALL
SELECT 'invoice', i.company, i.currency, i.status, count(*), sum(i.total)
FROM invoice i WHERE i.number <> ALL (%(without)s)
GROUP BY i.company, i.currency, i.status
UNION ALL
SELECT 'invoice open', i.company, i.currency, i.payment, count(*), sum(i.open_amount)
FROM invoice i WHERE i.number <> ALL (%(without)s)
GROUP BY i.company, i.currency, i.payment
UNION ALL
SELECT 'payment', p.company, p.currency, p.status, count(*), sum(p.amount)
FROM payment p WHERE p.number <> ALL (%(without)s)
GROUP BY p.company, p.currency, p.status
UNION ALL
SELECT 'allocated', p.company, p.currency, p.status, count(*), sum(a.amount)
FROM payment p JOIN payment_allocation a ON a.payment_id = p.id
WHERE p.number <> ALL (%(without)s)
GROUP BY p.company, p.currency, p.status
UNION ALL
SELECT 'shipment', w.company, '', s.status, count(*), NULL
FROM shipment s JOIN warehouse w ON w.id = s.warehouse_id
WHERE s.number <> ALL (%(without)s)
GROUP BY w.company, s.status
