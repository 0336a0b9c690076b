-- A catalogue for a CRM that stands alone: two companies with a warehouse each, products of all
-- kinds with their units, prices in both currencies, and a stock figure of everything stored.
WITH houses AS (
    INSERT INTO warehouse (code, name, company)
    VALUES ('SHA', 'Shanghai Pudong', 'Shanghai'), ('HAM', 'Hamburg Hafen', 'Hamburg')
    RETURNING id
), goods AS (
    INSERT INTO product (code, name, kind, unit)
    SELECT 'P' || to_char(n, 'FM9990000'),
           CASE WHEN n %% 10 = 0 THEN 'Service plan ' WHEN n %% 10 > 6 THEN 'Own make '
                ELSE 'Trading good ' END || n,
           CASE WHEN n %% 10 = 0 THEN 'Service' WHEN n %% 10 > 6 THEN 'Own product'
                ELSE 'Trading good' END,
           CASE WHEN n %% 10 = 0 THEN 'hour' WHEN n %% 10 = 5 THEN 'kg' WHEN n %% 10 = 6 THEN 'metre'
                ELSE 'piece' END
    FROM generate_series(1, %(products)s::integer) AS n
    RETURNING id, code, kind, unit
), units AS (
    INSERT INTO product_unit
    SELECT g.id, u.unit, u.numerator, 1
    FROM goods g
    JOIN (VALUES ('piece', 'box', 12), ('piece', 'pallet', 480), ('kg', 'tonne', 1000),
                 ('metre', 'roll', 50)) AS u (base, unit, numerator) ON u.base = g.unit
), books AS (
    INSERT INTO price_book (code, name, company, currency)
    VALUES ('CN-CNY', 'List prices', 'Shanghai', 'CNY'), ('DE-EUR', 'List prices', 'Hamburg', 'EUR')
    RETURNING id, currency
), prices AS (
    INSERT INTO price_book_entry (price_book_id, product_id, unit, valid_from, price, currency)
    SELECT b.id, g.id, g.unit, %(valid_from)s,
           (10 + substr(g.code, 2)::integer %% 90) * CASE b.currency WHEN 'CNY' THEN 8 ELSE 1 END,
           b.currency
    FROM books b CROSS JOIN goods g
)
INSERT INTO availability (product_id, warehouse_id, on_hand, reserved, promised, inbound,
                          available, counted_to, as_of)
SELECT g.id, h.id, %(stock)s, 0, 0, 0, %(stock)s, 0, now() AT TIME ZONE 'UTC'
FROM goods g CROSS JOIN houses h
WHERE g.kind <> 'Service';
