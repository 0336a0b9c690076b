-- What people of the sandbox ERP do to have goods: approve, order, receive, release, complete.

-- Adds to an item's stock, or takes from what is not reserved of it (below zero).
CREATE FUNCTION put_stock(p_item bigint, p_wh bigint, p_qty numeric) RETURNS void LANGUAGE sql AS $$
    INSERT INTO stock (item_id, wh_id, on_hand) VALUES (p_item, p_wh, 0)
    ON CONFLICT (item_id, wh_id) DO NOTHING;
    UPDATE stock SET on_hand = on_hand + p_qty WHERE item_id = p_item AND wh_id = p_wh
$$;

-- What somebody has counted in the warehouse.
CREATE FUNCTION count_stock(p_item bigint, p_wh bigint, p_qty numeric) RETURNS void LANGUAGE sql AS $$
    SELECT put_stock(p_item, p_wh, 0);
    UPDATE stock SET on_hand = p_qty WHERE item_id = p_item AND wh_id = p_wh
$$;

CREATE FUNCTION lock_requisition(p_pr bigint, p_status text, p_deed text)
RETURNS purchase_requisitions LANGUAGE plpgsql AS $$
DECLARE
    it purchase_requisitions;
BEGIN
    SELECT * INTO it FROM purchase_requisitions WHERE pr_id = p_pr FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no requisition with id %.', p_pr;
    ELSIF strpos(p_status, it.status) = 0 THEN
        RAISE EXCEPTION 'Requisition % is %: it cannot be %.', it.pr_no,
            CASE it.status WHEN 'D' THEN 'a draft' WHEN 'A' THEN 'approved' WHEN 'O' THEN 'ordered'
                           WHEN 'R' THEN 'received' ELSE 'cancelled' END, p_deed;
    END IF;
    RETURN it;
END $$;

CREATE FUNCTION approve_requisition(p_pr bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lock_requisition(p_pr, 'D', 'approved');
    UPDATE purchase_requisitions SET status = 'A' WHERE pr_id = p_pr;
END $$;

CREATE FUNCTION cancel_requisition(p_pr bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lock_requisition(p_pr, 'DA', 'cancelled');
    UPDATE purchase_requisitions SET status = 'X' WHERE pr_id = p_pr;
END $$;

-- Orders an approved requisition from the supplier; returns the receipt that is expected of it.
CREATE FUNCTION order_requisition(p_pr bigint, p_day date DEFAULT current_date) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    it   purchase_requisitions := lock_requisition(p_pr, 'A', 'ordered');
    made bigint;
BEGIN
    UPDATE purchase_requisitions SET status = 'O' WHERE pr_id = p_pr;
    INSERT INTO expected_receipts (item_id, wh_id, qty_open, due_on, source_no)
    SELECT it.item_id, it.wh_id, it.qty, p_day + lead_days, it.pr_no
    FROM items WHERE item_id = it.item_id
    RETURNING receipt_id INTO made;
    RETURN made;
END $$;

-- Goods of a requisition come in, all that is open or a part; received in full it is done.
CREATE FUNCTION receive(p_receipt bigint, p_qty numeric DEFAULT NULL) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    it   expected_receipts;
    part numeric;
BEGIN
    PERFORM FROM purchase_requisitions p JOIN expected_receipts r ON r.source_no = p.pr_no
    WHERE r.receipt_id = p_receipt FOR NO KEY UPDATE OF p;
    SELECT * INTO it FROM expected_receipts WHERE receipt_id = p_receipt FOR NO KEY UPDATE;
    part := coalesce(p_qty, it.qty_open);
    IF it.receipt_id IS NULL OR it.status <> 'E' THEN
        RAISE EXCEPTION 'Receipt % is not expected.', coalesce(it.receipt_no, p_receipt::text);
    ELSIF part <= 0 OR part > it.qty_open THEN
        RAISE EXCEPTION 'Receipt % expects %, not %.', it.receipt_no, it.qty_open, part;
    ELSIF EXISTS (SELECT FROM production_orders WHERE mo_no = it.source_no) THEN
        RAISE EXCEPTION 'Receipt % comes from production: complete order %.', it.receipt_no,
            it.source_no;
    END IF;
    PERFORM put_stock(it.item_id, it.wh_id, part);
    UPDATE expected_receipts
    SET qty_open = qty_open - part, status = CASE WHEN qty_open = part THEN 'R' ELSE 'E' END
    WHERE receipt_id = p_receipt;
    UPDATE purchase_requisitions SET status = 'R' WHERE pr_no = it.source_no AND it.qty_open = part;
END $$;

-- Which recipe an item is made by: the newest that is valid.
CREATE FUNCTION bom_of(p_item bigint, p_day date) RETURNS bigint LANGUAGE sql STABLE
RETURN (SELECT bom_id FROM boms
        WHERE item_id = p_item AND status = 'A' AND coalesce(valid_from, p_day) <= p_day
        ORDER BY valid_from DESC NULLS LAST, bom_id DESC LIMIT 1);

-- What a quantity of an item consists of, through all levels. `leaf`: nothing is inside it;
-- `round_trip`: it is inside itself.
CREATE FUNCTION bom_parts(p_item bigint, p_qty numeric, p_day date)
RETURNS TABLE (item_id bigint, qty numeric, leaf boolean, round_trip boolean)
LANGUAGE sql STABLE AS $$
    WITH RECURSIVE parts AS (
        SELECT p_item AS item, p_qty AS qty, bom_of(p_item, p_day) AS bom, ARRAY[p_item] AS above,
               false AS closed
        UNION ALL
        SELECT l.item_id, p.qty * to_base(l.item_id, l.uom, l.qty) / b.output_qty,
               CASE i.supply_kind WHEN 'M' THEN bom_of(l.item_id, p_day) END, p.above || l.item_id,
               l.item_id = ANY (p.above)
        FROM parts p
        JOIN boms b ON b.bom_id = p.bom
        JOIN bom_lines l USING (bom_id)
        JOIN items i ON i.item_id = l.item_id
        WHERE NOT p.closed
    )
    SELECT item, qty, bom IS NULL, closed FROM parts
$$;

CREATE FUNCTION lock_production(p_mo bigint, p_status text, p_deed text) RETURNS production_orders
LANGUAGE plpgsql AS $$
DECLARE
    it production_orders;
BEGIN
    SELECT * INTO it FROM production_orders WHERE mo_id = p_mo FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no production order with id %.', p_mo;
    ELSIF strpos(p_status, it.status) = 0 THEN
        RAISE EXCEPTION 'Production order % is %: it cannot be %.', it.mo_no,
            CASE it.status WHEN 'D' THEN 'a draft' WHEN 'R' THEN 'released'
                           WHEN 'F' THEN 'finished' ELSE 'cancelled' END, p_deed;
    END IF;
    RETURN it;
END $$;

-- Gives an order to the shop floor; without components it takes those of the item's recipes.
CREATE FUNCTION release_production(p_mo bigint, p_day date DEFAULT current_date) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    it   production_orders := lock_production(p_mo, 'D', 'released');
    made bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM production_components WHERE mo_id = p_mo) THEN
        PERFORM take_components(it, p_day);
    END IF;
    UPDATE production_orders SET status = 'R' WHERE mo_id = p_mo;
    INSERT INTO expected_receipts (item_id, wh_id, qty_open, due_on, source_no)
    SELECT it.item_id, it.wh_id, it.qty, p_day + lead_days, it.mo_no
    FROM items WHERE item_id = it.item_id
    RETURNING receipt_id INTO made;
    RETURN made;
END $$;

CREATE FUNCTION take_components(it production_orders, p_day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    item text := (SELECT item_code FROM items WHERE item_id = it.item_id);
BEGIN
    IF bom_of(it.item_id, p_day) IS NULL THEN
        RAISE EXCEPTION 'Item % has no bill of materials, so % cannot be released.', item, it.mo_no;
    ELSIF EXISTS (SELECT FROM bom_parts(it.item_id, it.qty, p_day) WHERE round_trip) THEN
        RAISE EXCEPTION 'The bill of materials of item % goes round in a circle.', item;
    END IF;
    INSERT INTO production_components (mo_id, line_no, item_id, qty)
    SELECT it.mo_id, row_number() OVER (ORDER BY p.item_id), p.item_id,
           ceil(sum(p.qty) * power(10::numeric, u.decimals)) / power(10::numeric, u.decimals)
    FROM bom_parts(it.item_id, it.qty, p_day) p
    JOIN items i USING (item_id) JOIN units u USING (uom)
    WHERE p.leaf GROUP BY p.item_id, u.decimals;
END $$;

CREATE FUNCTION cancel_production(p_mo bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lock_production(p_mo, 'D', 'cancelled');
    UPDATE production_orders SET status = 'X' WHERE mo_id = p_mo;
END $$;

-- Components leave the stock, goods come in; refused where a component is short.
CREATE FUNCTION complete_production(p_mo bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    it    production_orders := lock_production(p_mo, 'R', 'completed');
    short record;
BEGIN
    INSERT INTO stock (item_id, wh_id) VALUES (it.item_id, it.wh_id) ON CONFLICT DO NOTHING;
    PERFORM FROM stock
    WHERE wh_id = it.wh_id AND (item_id = it.item_id OR item_id IN (
        SELECT item_id FROM production_components WHERE mo_id = p_mo))
    ORDER BY item_id FOR NO KEY UPDATE;
    SELECT i.item_code, c.qty, coalesce(s.on_hand - s.reserved, 0) AS free INTO short
    FROM (SELECT item_id, sum(qty) AS qty FROM production_components WHERE mo_id = p_mo GROUP BY 1) c
    JOIN items i USING (item_id)
    LEFT JOIN stock s ON s.item_id = c.item_id AND s.wh_id = it.wh_id
    WHERE c.qty > coalesce(s.on_hand - s.reserved, 0) ORDER BY c.item_id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Production order % is short of item %: it needs %, % are free.', it.mo_no,
            short.item_code, short.qty, short.free;
    END IF;
    UPDATE stock s SET on_hand = on_hand - c.qty
    FROM (SELECT item_id, sum(qty) AS qty FROM production_components WHERE mo_id = p_mo GROUP BY 1) c
    WHERE s.item_id = c.item_id AND s.wh_id = it.wh_id;
    UPDATE stock SET on_hand = on_hand + it.qty WHERE item_id = it.item_id AND wh_id = it.wh_id;
    UPDATE expected_receipts SET qty_open = 0, status = 'R' WHERE source_no = it.mo_no;
    UPDATE production_orders SET status = 'F' WHERE mo_id = p_mo;
END $$;
