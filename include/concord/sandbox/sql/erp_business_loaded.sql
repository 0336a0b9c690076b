-- The ERP's business after a bulk load: keys go on after the loaded ones, statistics are fresh.
SELECT setval(pg_get_serial_sequence('items', 'item_id'), max(item_id)) FROM items;
SELECT setval(pg_get_serial_sequence('warehouses', 'wh_id'), max(wh_id)) FROM warehouses;
SELECT setval(pg_get_serial_sequence('price_lists', 'list_id'), max(list_id)) FROM price_lists;
SELECT setval(pg_get_serial_sequence('boms', 'bom_id'), max(bom_id)) FROM boms;
ANALYZE companies, exchange_rates, units, items, item_units, price_lists, prices, warehouses,
    customer_company, boms, bom_lines, stock;
