-- desk: a hub of the steward's desk at size, made in itself: customers with orders and invoices, and
-- 10,000 open tasks of each sort among as many closed ones as years leave.
CREATE TEMP TABLE made AS
SELECT n, uuidv7() AS id, CASE WHEN n % 10 = 0 THEN 'Name ' || n ELSE 'Company ' || md5(n::text) END AS name
FROM generate_series(1, {customers}) AS n;
CREATE INDEX ON made (n);
INSERT INTO ops.batch (run_id, lane, scope, state, systems, entities)
SELECT 'desk/' || n, 'fast', 'delta', 'done', '{{erp,crm}}', '{{party,sales_order}}'
FROM generate_series(1, 3000) AS n;
CREATE TEMP TABLE filled AS
SELECT row_number() OVER (ORDER BY batch_id) AS n, batch_id FROM ops.batch WHERE run_id LIKE 'desk/%';
CREATE INDEX ON filled (n);
UPDATE ops.batch AS b SET started_at = now() - (3001 - f.n) * interval '1 hour',
    ended_at = now() - (3001 - f.n) * interval '1 hour' + interval '20 seconds'
FROM filled AS f WHERE f.batch_id = b.batch_id;
INSERT INTO ops.batch_step (batch_id, step, state, started_at, ended_at)
SELECT batch_id, 'unify', 'done', started_at, started_at FROM ops.batch JOIN filled USING (batch_id);
INSERT INTO golden.party (golden_id, legal_name, kind, tax_id, country, phone, email, batch_id, provenance)
SELECT id, name, 'organization', 'GB' || n, 'GB', '+44' || n, 'a' || n || '@b.example',
       (SELECT min(batch_id) FROM filled) + n % 3000,
       '{{"legal_name": {{"system": "erp", "source_id": "1", "batch": 7, "rule": "owner erp"}}}}'
FROM made;
INSERT INTO golden.party_history (golden_id, legal_name, batch_id, provenance, version, created_at,
                                  updated_at, replaced_batch, replaced_at)
SELECT id, 'Old ' || n, 1, '{{}}', 0, now() - interval '9 days', now() - interval '9 days', 2,
       now() - interval '1 day' FROM made;
INSERT INTO image.party (system, source_id, golden_id, legal_name, tax_id, phone, email, raw, read_seq,
                         first_batch, seen_batch, changed)
SELECT s, s || n, id, name, 'GB' || n, '+44' || n, 'a' || n || '@b.example', '{{}}', 1, 1, 1, '{{"*": 1}}'
FROM made CROSS JOIN unnest('{{erp,crm}}'::text[]) AS s;
INSERT INTO image.party_history (system, source_id, golden_id, legal_name, raw, read_seq, first_batch,
        seen_batch, changed, settled, fixed, version, replaced_batch, replaced_at)
SELECT s, s || n, id, 'Old ' || n, '{{}}', 1, 1, 1, '{{}}', '{{}}', '{{}}', 0, 2, now() - interval '1 day'
FROM made CROSS JOIN unnest('{{erp,crm}}'::text[]) AS s;
INSERT INTO golden.sales_order (golden_id, number, party, lifecycle, total, rate, ordered_on, batch_id)
SELECT uuidv7(), 'SO' || n, id, CASE WHEN n % 4 = 0 THEN 'confirmed' ELSE 'done' END, n % 1000, 1,
       current_date - n % 1000, 1
FROM made;
INSERT INTO golden.shipment (golden_id, number, "order", status, shipped_on, delivered_on, batch_id)
SELECT uuidv7(), 'SH' || number, golden_id, 'delivered', ordered_on + 2, ordered_on + 5, 1
FROM golden.sales_order WHERE starts_with(number, 'SO');
INSERT INTO golden.invoice (golden_id, number, party, "order", issued_on, lifecycle, payment, total, open,
                            rate, batch_id)
SELECT uuidv7(), 'IN' || n, id, o.golden_id, o.ordered_on + 3, 'posted',
       CASE WHEN n % 3 = 0 THEN 'open' ELSE 'paid' END, n % 1000,
       CASE WHEN n % 3 = 0 THEN n % 1000 ELSE 0 END, 1, 1
FROM made JOIN golden.sales_order AS o ON o.party = made.id AND starts_with(o.number, 'SO');
INSERT INTO ops.quarantine (system, entity, source_id, raw, causes, first_batch, last_batch, state,
                            opened_at, closed_at)
SELECT 'crm', 'party', 'crm' || n, jsonb_build_object('country', 'X' || n % 50, 'account_name', 'n'),
       jsonb_build_array(jsonb_build_object('rule', 'rule' || n % 20, 'column', 'country', 'message', 'm')),
       1, 1, CASE WHEN n <= 10000 THEN 'open' ELSE 'healed' END, now() - n % 400 * interval '1 day',
       CASE WHEN n > 10000 THEN now() - n % 300 * interval '1 day' END
FROM generate_series(1, 150000) AS n;
INSERT INTO ops.review (kind, entity, golden_id, subject, detail, state, closed_at, batch_id)
SELECT 'conflict', 'party', m.id, m.id || '/phone', '{{"unit": "phone"}}',
       CASE WHEN n <= 10000 THEN 'open' ELSE 'done' END, CASE WHEN n > 10000 THEN now() END, 1
FROM made AS m WHERE n <= 40000;
UPDATE ops.review SET decided = jsonb_build_object('choice', 'erp', 'before', '{{}}'::jsonb, 'after',
           '{{}}'::jsonb, 'batch', (SELECT max(batch_id) FROM filled)),
       closed_by = 'a' WHERE review_id % 100 = 0 AND state = 'done';
INSERT INTO ops.conflict (batch_id, entity, golden_id, unit, kind, loser, winner, reason, state)
SELECT 1, 'party', id, 'phone', 'both_changed',
       jsonb_build_object('system', 'crm', 'source_id', 'crm' || n, 'value', '{{"phone": "1"}}'::jsonb),
       '{{}}', 'steward', 'open' FROM made WHERE n <= 10000;
INSERT INTO ops.change_set (batch_id, system, entity, state, rule_version)
SELECT batch_id, 'crm', 'party', 'passed', 'v' FROM filled WHERE n <= 1000;
CREATE TEMP TABLE filled_set AS
SELECT row_number() OVER (ORDER BY change_set_id) - 1 AS n, change_set_id, batch_id
FROM ops.change_set JOIN filled USING (batch_id);
CREATE INDEX ON filled_set (n);
INSERT INTO ops.intent (key, change_set_id, batch_id, system, entity, golden_id, source_id, action, new,
                        old, base, base_version, reason, state, token)
SELECT gen_random_uuid(), s.change_set_id, s.batch_id, 'crm', 'party', id, 'crm' || m.n, 'update',
       '{{"phone": "1"}}', '{{"phone": "2"}}', '{{}}', 1, '{{}}', 'confirmed', 1000000 + m.n
FROM made AS m JOIN filled_set AS s ON s.n = m.n % 1000;
INSERT INTO ops.attempt (batch_id, system, entity, token, intents)
SELECT f.batch_id, 'crm', 'party', 1000000 + g.n, 1
FROM generate_series(1, 20000) AS g (n) JOIN filled AS f ON f.n = 1 + g.n % 3000;
INSERT INTO ops.validation (batch_id, system, entity, rule, expectation, severity, level, success,
                            checked, failed)
SELECT batch_id, 'crm', 'party', r, 'e', 'critical', 'row', true, 10, 0
FROM filled, unnest('{{email_form,name_given,name_length}}'::text[]) AS r;
INSERT INTO ops.incident (system, entity, rule, severity, owner, meaning, failed, opened_batch, last_batch,
                          state, closed_at)
SELECT 'crm', 'party', 'r' || n, 'critical', 'o', '{{}}', 1, 1, 1,
       CASE WHEN n < 50 THEN 'open' ELSE 'closed' END, now() FROM generate_series(1, 5000) AS n;

INSERT INTO ops.batch_count (batch_id, system, entity, name, n)
SELECT b.batch_id, s, e, c, CASE WHEN c IN ('read', 'accepted') AND e = 'party' THEN 5 ELSE 0 END
FROM filled AS b, unnest('{{erp,crm}}'::text[]) AS s, unnest('{{party,contact,sales_order}}'::text[]) AS e,
     unnest('{{read,accepted,unchanged,parked,held,older,planned,confirmed,quarantined}}'::text[]) AS c
ON CONFLICT DO NOTHING;
