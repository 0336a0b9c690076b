-- Drafts that somebody has to correct: a unit in which the product is not sold, a quantity that is
-- none, a currency in which the company has no prices. With their company and right currency.
SELECT o.id::text, o.company, o.warehouse_id::text, b.currency
FROM sales_order o
JOIN LATERAL (SELECT min(currency) AS currency, array_agg(currency) AS all FROM price_book
              WHERE company = o.company) b ON true
WHERE o.status = 'Draft' AND o.ordered_on < %(day)s
  AND (o.currency <> ALL (b.all) OR EXISTS (
      SELECT FROM sales_order_line l
      JOIN product p ON p.id = l.product_id
      WHERE l.order_id = o.id
        AND (l.quantity <= 0 OR (unit_of(l.unit) <> unit_of(p.unit) AND NOT EXISTS (
            SELECT FROM product_unit u
            WHERE u.product_id = p.id AND unit_of(u.unit) = unit_of(l.unit))))))
ORDER BY o.number;
