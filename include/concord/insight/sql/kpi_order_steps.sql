-- Of orders of the last days: how many went each step, and how many days it took (median, 9 of 10).
WITH orders AS (
    SELECT o.golden_id, o.ordered_on
    FROM golden.sales_order AS o
    WHERE o.ordered_on >= current_date - %(days)s::int AND o.deleted_at IS NULL
      AND o.lifecycle IN ('confirmed', 'done')
), sent AS (
    SELECT s."order" AS golden_id, min(s.shipped_on) AS shipped_on, max(s.delivered_on) AS delivered_on
    FROM orders AS o JOIN golden.shipment AS s ON s."order" = o.golden_id
    WHERE s.deleted_at IS NULL AND s.status IN ('shipped', 'delivered')
    GROUP BY s."order"
), billed AS (
    SELECT i."order" AS golden_id, min(i.issued_on) AS issued_on,
           max(paid.on) FILTER (WHERE i.payment = 'paid') AS paid_on
    FROM orders AS o JOIN golden.invoice AS i ON i."order" = o.golden_id
    LEFT JOIN LATERAL (
        SELECT max(p.received_on) AS on
        FROM golden.payment_allocations AS a JOIN golden.payment AS p ON p.golden_id = a.golden_id
        WHERE a.invoice = i.golden_id AND p.deleted_at IS NULL
    ) AS paid ON true
    WHERE i.deleted_at IS NULL AND i.lifecycle = 'posted'
    GROUP BY i."order"
)
SELECT v.step, count(v.days), percentile_cont(0.5) WITHIN GROUP (ORDER BY v.days),
       percentile_cont(0.9) WITHIN GROUP (ORDER BY v.days)
FROM orders AS o
LEFT JOIN sent AS s USING (golden_id)
LEFT JOIN billed AS b USING (golden_id)
CROSS JOIN LATERAL (VALUES
    (1, 'shipped', s.shipped_on - o.ordered_on), (2, 'delivered', s.delivered_on - s.shipped_on),
    (3, 'invoiced', b.issued_on - o.ordered_on), (4, 'paid', b.paid_on - b.issued_on)
) AS v(n, step, days)
GROUP BY v.n, v.step
ORDER BY v.n
