-- What must always hold in the sandbox ERP: a row says which law is broken, by what, and how.
CREATE VIEW erp_books AS
SELECT 'order adds up' AS law, o.so_no AS document,
       format('%s + %s = %s, lines %s', o.net_total, o.tax_total, o.total, l.net) AS found
FROM sales_orders o JOIN companies c USING (company_code),
    LATERAL (SELECT coalesce(sum(net), 0) AS net FROM sales_order_lines WHERE so_id = o.so_id) l
WHERE o.net_total <> l.net OR o.tax_total <> round(l.net * c.tax_rate, 2)
   OR o.total <> o.net_total + o.tax_total
UNION ALL
SELECT 'order knows how it stands', o.so_no,
       format('%s, should be %s',
              (o.delivery_status, o.billing_status, o.payment_status, o.status), s)
FROM sales_orders o, LATERAL order_state(o.so_id) s
WHERE (o.delivery_status, o.billing_status, o.payment_status, o.status)
    <> (s.delivery, s.billing, s.payment, s.life)
UNION ALL
SELECT 'reserved is what orders hold', i.item_code,
       format('%s, orders %s', s.reserved, coalesce(l.reserved, 0))
FROM stock s JOIN items i USING (item_id)
FULL JOIN (
    SELECT item_id, wh_id, sum(to_base(item_id, uom, qty_reserved)) AS reserved
    FROM sales_order_lines JOIN sales_orders USING (so_id) WHERE qty_reserved > 0 GROUP BY 1, 2
) l USING (item_id, wh_id)
WHERE coalesce(s.reserved, 0) <> coalesce(l.reserved, 0)
UNION ALL
SELECT 'stock covers what is reserved', i.item_code, format('%s of %s', s.reserved, s.on_hand)
FROM stock s JOIN items i USING (item_id)
WHERE s.on_hand < 0 OR s.reserved < 0 OR s.reserved > s.on_hand
UNION ALL
SELECT 'only confirmed orders hold stock', o.so_no, o.status
FROM sales_orders o WHERE o.status <> 'C'
    AND EXISTS (SELECT FROM sales_order_lines WHERE so_id = o.so_id AND qty_reserved <> 0)
UNION ALL
SELECT 'delivered is what was shipped', o.so_no || ' line ' || l.line_no,
       format('%s, shipments %s', l.qty_delivered, coalesce(s.qty, 0))
FROM sales_orders o JOIN sales_order_lines l USING (so_id),
    LATERAL (SELECT sum(d.qty) AS qty FROM shipments s JOIN shipment_lines d USING (shipment_id)
             WHERE s.so_id = o.so_id AND s.status IN ('S', 'D') AND d.so_line_no = l.line_no) s
WHERE l.qty_delivered <> coalesce(s.qty, 0)
UNION ALL
SELECT 'invoiced is what was billed', o.so_no || ' line ' || l.line_no,
       format('%s for %s, invoices %s for %s', l.qty_invoiced, l.net, coalesce(b.qty, 0), b.net)
FROM sales_orders o JOIN sales_order_lines l USING (so_id),
    LATERAL (SELECT sum(d.qty) AS qty, sum(d.net) AS net, count(*) AS n
             FROM invoices i JOIN invoice_lines d USING (invoice_id)
             WHERE i.so_id = o.so_id AND i.status = 'P' AND d.so_line_no = l.line_no) b
WHERE l.qty_invoiced <> coalesce(b.qty, 0)
   OR abs(coalesce(b.net, 0) - l.qty_invoiced * round(l.unit_price * (1 - l.discount_pct / 100), 4))
      > 0.01 * (b.n + 1)
UNION ALL
SELECT 'invoice adds up', i.invoice_no,
       format('%s + %s = %s, lines %s', i.net_total, i.tax_total, i.total, l.net)
FROM invoices i JOIN companies c USING (company_code),
    LATERAL (SELECT coalesce(sum(net), 0) AS net FROM invoice_lines WHERE invoice_id = i.invoice_id) l
WHERE i.status <> 'D' AND (i.net_total <> l.net OR i.tax_total <> round(l.net * c.tax_rate, 2)
                           OR i.total <> i.net_total + i.tax_total)
UNION ALL
SELECT 'open is what no payment settles', i.invoice_no,
       format('%s of %s, allocated %s, status %s', i.open_amount, i.total, a.amount, i.payment_status)
FROM invoices i,
    LATERAL (SELECT coalesce(sum(amount), 0) AS amount FROM payment_allocations
             WHERE invoice_id = i.invoice_id) a
WHERE CASE i.status WHEN 'P' THEN i.open_amount <> i.total - a.amount
                        OR i.payment_status <> paid_status(i.total, i.total - a.amount)
                    ELSE i.open_amount <> 0 OR a.amount <> 0 END
UNION ALL
SELECT 'credit is at most what was invoiced', i.invoice_no, format('%s left', sum(n.total) + i.total)
FROM invoices i JOIN invoices n ON n.corrects_no = i.invoice_no AND n.status = 'P'
GROUP BY i.invoice_no, i.total HAVING sum(n.total) + i.total < 0
UNION ALL
SELECT 'payment is allocated or not', p.payment_no,
       format('%s = %s + %s', p.amount, a.amount, p.unallocated)
FROM payments p,
    LATERAL (SELECT coalesce(sum(amount), 0) AS amount FROM payment_allocations
             WHERE payment_id = p.payment_id) a
WHERE p.amount <> a.amount + p.unallocated
UNION ALL
SELECT 'undone means undone', p.payment_no, format('%s by %s', p.amount, u.amount)
FROM payments p JOIN payments u ON u.payment_id = p.undone_by
WHERE u.amount <> -p.amount OR u.unallocated <> -p.unallocated
UNION ALL
SELECT 'what is ordered is expected', p.pr_no, format('%s, expected %s', p.status, r.n)
FROM purchase_requisitions p,
    LATERAL (SELECT count(*) AS n FROM expected_receipts
             WHERE source_no = p.pr_no AND status = 'E') r
WHERE r.n <> (p.status = 'O')::int
UNION ALL
SELECT 'what is released is expected', p.mo_no, format('%s, expected %s', p.status, r.n)
FROM production_orders p,
    LATERAL (SELECT count(*) AS n FROM expected_receipts
             WHERE source_no = p.mo_no AND status = 'E') r
WHERE r.n <> (p.status = 'R')::int;
