-- desk_more: what a desk at size has besides: five lines an order, a customer with thousands of orders,
-- a held change set of 10,000 writes, pairs of records that may be one. After desk, in its session.
INSERT INTO golden.sales_order (golden_id, number, party, lifecycle, ordered_on, total, rate, batch_id)
SELECT uuidv7(), 'BIG' || g.n, m.id, 'done', current_date - (g.n % 1000), g.n, 1, 1
FROM generate_series(1, least(5000, {customers} / 2)) AS g (n) JOIN made AS m ON m.n = {big};
INSERT INTO image.sales_order (system, source_id, golden_id, number, reference, party, lifecycle, raw,
                               read_seq, first_batch, seen_batch, changed)
SELECT s, s || '-' || number, golden_id, number, 'C' || number, party, lifecycle, '{{}}', 1, 1, 1, '{{"*": 1}}'
FROM golden.sales_order CROSS JOIN unnest('{{erp,crm}}'::text[]) AS s
WHERE starts_with(number, 'SO') OR starts_with(number, 'BIG');
INSERT INTO golden.sales_order_lines (golden_id, position, line_no, product, quantity, unit, price)
SELECT o.golden_id, k, 10 * k, p.id, k, 'PCE', 9.5
FROM golden.sales_order AS o
CROSS JOIN generate_series(1, 5) AS k
CROSS JOIN (SELECT uuidv7() AS id) AS p
WHERE starts_with(o.number, 'SO') OR starts_with(o.number, 'BIG');

INSERT INTO ops.review (kind, system, entity, golden_id, subject, detail, batch_id)
SELECT 'double', 'crm', 'party', id, id::text,
       jsonb_build_object('records', jsonb_build_array('crm' || n, 'twin' || n)), 1
FROM made WHERE n % 100 = 1 AND n <= 10000;
INSERT INTO image.party (system, source_id, golden_id, legal_name, tax_id, phone, raw, read_seq,
                         first_batch, seen_batch, changed)
SELECT 'crm', 'twin' || n, id, name || ' Ltd', 'GB' || n, '+44' || n, '{{}}', 1, 1, 1, '{{"*": 1}}'
FROM made WHERE n % 100 = 1 AND n <= 10000;

CREATE TEMP TABLE held AS
WITH made_set AS (
    INSERT INTO ops.change_set (batch_id, system, entity, state, reason, updates, money, rule_version)
    SELECT batch_id, 'crm', 'party', 'held', 'more writes than the limit', least(10000, {customers}), 1e6, 'v'
    FROM filled WHERE n = 2999
    RETURNING change_set_id, batch_id
)
SELECT * FROM made_set;
INSERT INTO ops.intent (key, change_set_id, batch_id, system, entity, golden_id, source_id, action, new,
                        old, base, base_version, reason, money)
SELECT gen_random_uuid(), h.change_set_id, h.batch_id, 'crm', 'party', m.id, 'crm' || m.n, 'update',
       jsonb_build_object('legal_name', m.name || ' Group'), jsonb_build_object('legal_name', m.name),
       '{{}}', 1, '{{"legal_name": {{"system": "erp", "rule": "owner erp", "batch": 1}}}}', m.n % 500
FROM made AS m CROSS JOIN held AS h WHERE m.n <= 10000;
INSERT INTO ops.review (kind, system, entity, subject, detail, batch_id)
SELECT 'change_set', 'crm', 'party', change_set_id::text, '{{"why": "more writes than the limit"}}', batch_id
FROM held;
