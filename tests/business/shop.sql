-- The ERP of a small trading company, as the tests of the flows find it. A gear consists of four
-- bolts, grease and a hub; a hub of two bolts.
INSERT INTO units VALUES ('PC', 'piece', 0), ('BX', 'box', 0), ('KG', 'kilogram', 3), ('HR', 'hour', 2);
INSERT INTO companies VALUES ('1000', 'China', 'CNY', 0.13), ('2000', 'Europe', 'EUR', 0.19);
INSERT INTO exchange_rates (currency, valid_from, rate) VALUES ('EUR', '2020-01-01', 8);
INSERT INTO warehouses (wh_code, name, company_code) VALUES ('SH', 'Shanghai', '1000'),
    ('HH', 'Hamburg', '2000');
INSERT INTO items (item_code, name, supply_kind, uom, lead_days) VALUES
    ('BOLT', 'Bolt', 'B', 'PC', 5), ('GEAR', 'Gear unit', 'M', 'PC', 3),
    ('GREASE', 'Grease', 'B', 'KG', 4), ('HOUR', 'Visit', 'S', 'HR', 0),
    ('HUB', 'Hub', 'M', 'PC', 2), ('NUT', 'Nut', 'B', 'PC', 5);
INSERT INTO item_units SELECT item_id, uom, 1, 1 FROM items;
INSERT INTO item_units SELECT item_id, 'BX', 12, 1 FROM items WHERE item_code = 'BOLT';
INSERT INTO stock (item_id, wh_id, on_hand)
SELECT i.item_id, w.wh_id, s.on_hand
FROM (VALUES ('BOLT', 'SH', 100), ('GEAR', 'SH', 5), ('GREASE', 'SH', 20), ('HUB', 'SH', 0),
             ('NUT', 'SH', 10), ('BOLT', 'HH', 50)) AS s (code, place, on_hand)
JOIN items i ON i.item_code = s.code
JOIN warehouses w ON w.wh_code = s.place;
INSERT INTO boms (bom_no, item_id)
SELECT 'B-' || item_code, item_id FROM items WHERE supply_kind = 'M';
INSERT INTO bom_lines
SELECT b.bom_id, l.line_no, i.item_id, l.qty, i.uom
FROM (VALUES ('B-GEAR', 1, 'BOLT', 4), ('B-GEAR', 2, 'GREASE', 0.25), ('B-GEAR', 3, 'HUB', 1),
             ('B-HUB', 1, 'BOLT', 2)) AS l (bom_no, line_no, code, qty)
JOIN boms b USING (bom_no)
JOIN items i ON i.item_code = l.code;
INSERT INTO price_lists (list_code, name, company_code, currency)
VALUES ('CN', 'China', '1000', 'CNY'), ('EU', 'Europe', '2000', 'EUR');
INSERT INTO prices (list_id, item_id, uom, valid_from, price, currency)
SELECT l.list_id, i.item_id, i.uom, '2020-01-01', 10, l.currency
FROM price_lists l, items i WHERE i.item_code <> 'HUB';
INSERT INTO customers (name, kind, vat_no, country_code, email, credit_limit, currency, terms_code)
VALUES ('Acme GmbH', 'O', 'DE136695976', 'DE', 'buy@acme.example', 200000, 'CNY', 'N30'),
       ('Small Ltd', 'O', NULL, 'GB', 'buy@small.example', 1000, 'CNY', 'PRE'),
       ('Blocked Ltd', 'O', NULL, 'GB', 'buy@blocked.example', 50000, 'CNY', 'PRE');
UPDATE customers SET status = 'B' WHERE name = 'Blocked Ltd';
