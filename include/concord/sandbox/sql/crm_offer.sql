-- What is on offer on a day: company, warehouse, currency, product, unit, price; with every unit
-- in which the product is sold as well, at the price of its own unit times the ratio.
WITH listed AS (
    SELECT b.company, b.currency, e.product_id, e.unit, e.price, p.unit AS own, p.kind
    FROM price_book b
    JOIN price_book_entry e ON e.price_book_id = b.id AND e.min_quantity <= 1
        AND e.valid_from <= %(day)s AND (e.valid_to IS NULL OR e.valid_to >= %(day)s)
    JOIN product p ON p.id = e.product_id AND p.status = 'Active'
)
SELECT o.company, w.id::text, o.currency, o.product_id::text, o.unit, o.price, o.kind
FROM (
    SELECT company, currency, product_id, unit, price, kind FROM listed
    UNION ALL
    SELECT l.company, l.currency, l.product_id, u.unit,
           round(l.price * u.numerator / u.denominator, 4), l.kind
    FROM listed l
    JOIN product_unit u ON u.product_id = l.product_id AND unit_of(u.unit) <> unit_of(l.unit)
    WHERE unit_of(l.unit) = unit_of(l.own) AND u.numerator <= 60 * u.denominator) AS o
JOIN warehouse w ON w.company = o.company
ORDER BY 1, w.code, 3, 4, 5;
