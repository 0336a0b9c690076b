-- What people of the sandbox ERP do with sales orders: confirm, reserve, ship, take back, cancel.
-- Everybody locks in one order, so that nobody waits in a circle: customer, payment, invoices by
-- number, orders by number, stock by item.

-- How an order stands, from its lines and invoices.
CREATE FUNCTION order_axes(o sales_orders, OUT delivery text, OUT billing text, OUT payment text)
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN l.due = 0 AND l.lines > 0 THEN 'D' WHEN l.gone > 0 THEN 'P'
                WHEN l.unreserved = 0 AND l.lines > 0 AND o.status IN ('C', 'F') THEN 'R'
                ELSE '-' END,
           bill.status,
           CASE WHEN i.open = 0 AND bill.status = 'I' THEN 'F'
                WHEN i.open = i.total THEN 'O' ELSE 'P' END
    FROM (
        SELECT count(*) AS lines,
               count(*) FILTER (WHERE l.qty > l.qty_delivered + l.qty_returned) AS due,
               count(*) FILTER (WHERE l.qty_delivered + l.qty_returned > 0) AS gone,
               count(*) FILTER (WHERE l.qty > l.qty_delivered + l.qty_returned + l.qty_reserved
                                AND m.supply_kind <> 'S') AS unreserved,
               count(*) FILTER (WHERE l.qty_invoiced > 0) AS billed,
               count(*) FILTER (WHERE l.qty_invoiced <> l.qty - l.qty_returned) AS unbilled
        FROM sales_order_lines l JOIN items m USING (item_id) WHERE l.so_id = o.so_id) l,
    LATERAL (
        SELECT coalesce(sum(total), 0) AS total, coalesce(sum(open_amount), 0) AS open
        FROM invoices WHERE so_id = o.so_id AND status = 'P') i,
    LATERAL (
        SELECT CASE WHEN l.unbilled = 0 AND l.gone > 0 THEN 'I' WHEN l.billed > 0 THEN 'P'
                    ELSE '-' END AS status) bill
$$;

-- The same with its lifecycle: delivered, invoiced and paid it is finished.
CREATE FUNCTION order_state(p_so bigint, OUT delivery text, OUT billing text, OUT payment text,
                            OUT life text)
LANGUAGE sql STABLE AS $$
    SELECT s.*, CASE WHEN o.status NOT IN ('C', 'F') THEN o.status
                     WHEN s.delivery || s.billing || s.payment = 'DIF' THEN 'F' ELSE 'C' END
    FROM sales_orders o, order_axes(o) s
    WHERE o.so_id = p_so
$$;

-- Writes down how an order stands.
CREATE FUNCTION refresh_order(p_so bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    state record;
BEGIN
    PERFORM FROM sales_orders WHERE so_id = p_so FOR NO KEY UPDATE;
    SELECT * INTO state FROM order_state(p_so);
    UPDATE sales_orders
    SET delivery_status = state.delivery, billing_status = state.billing,
        payment_status = state.payment, status = state.life
    WHERE so_id = p_so AND (delivery_status, billing_status, payment_status, status)
        <> (state.delivery, state.billing, state.payment, state.life);
    RETURN state.delivery;
END $$;

CREATE FUNCTION lock_order(p_so bigint, p_statuses text, p_deed text) RETURNS sales_orders
LANGUAGE plpgsql AS $$
DECLARE
    o sales_orders;
BEGIN
    SELECT * INTO o FROM sales_orders WHERE so_id = p_so FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no order with id %.', p_so;
    ELSIF strpos(p_statuses, o.status) = 0 THEN
        RAISE EXCEPTION 'Order % is %: it cannot be %.', o.so_no,
            CASE o.status WHEN 'D' THEN 'a draft' WHEN 'C' THEN 'confirmed'
                          WHEN 'F' THEN 'finished' ELSE 'cancelled' END, p_deed;
    END IF;
    RETURN o;
END $$;

-- What a customer may still order from a company, in its currency; NULL where nothing limits it.
CREATE FUNCTION credit_room(p_customer text, p_company text, p_day date) RETURNS numeric
LANGUAGE sql STABLE AS $$
    SELECT round((most.amount * rate_of(most.currency, p_day) - owed.amount)
                 / rate_of(c.currency, p_day), 2)
    FROM companies c
    CROSS JOIN customers k
    LEFT JOIN customer_company t USING (customer_code, company_code),
    LATERAL (
        SELECT CASE WHEN t.credit_limit IS NULL THEN k.credit_limit ELSE t.credit_limit END AS amount,
               coalesce(CASE WHEN t.credit_limit IS NULL THEN k.currency ELSE t.currency END,
                        c.currency) AS currency) most,
    LATERAL (
        SELECT coalesce(sum(due.amount * rate_of(due.currency, p_day)), 0) AS amount
        FROM (
            SELECT currency, open_amount FROM invoices
            WHERE customer_code = p_customer AND company_code = p_company AND status = 'P'
              AND open_amount <> 0
            UNION ALL
            SELECT currency, greatest(total - coalesce((
                SELECT sum(i.total) FROM invoices i WHERE i.so_id = o.so_id AND i.status = 'P'), 0), 0)
            FROM sales_orders o
            WHERE customer_code = p_customer AND company_code = p_company AND status = 'C'
        ) due (currency, amount)) owed
    WHERE k.customer_code = p_customer AND c.company_code = p_company
      AND most.amount IS NOT NULL
$$;

-- Confirms a draft, or puts it on hold: '-' confirmed, 'B' customer blocked, 'C' over the limit.
CREATE FUNCTION confirm_order(p_so bigint, p_day date DEFAULT current_date) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    o       sales_orders;
    who     customers;
    day_rate numeric;
    room    numeric;
    stopped text := '-';
BEGIN
    SELECT c.* INTO who FROM customers c JOIN sales_orders s USING (customer_code)
    WHERE s.so_id = p_so FOR NO KEY UPDATE OF c;
    o := lock_order(p_so, 'D', 'confirmed');
    PERFORM order_is_sound(o);
    day_rate := rate_of(o.currency, o.order_date);
    room := credit_room(o.customer_code, o.company_code, p_day);
    IF who.status <> 'A' THEN
        stopped := 'B';
    ELSIF o.total * day_rate / rate_of((SELECT currency FROM companies
            WHERE company_code = o.company_code), p_day) > room THEN
        stopped := 'C';
    END IF;
    UPDATE sales_orders
    SET hold = stopped,
        status = CASE stopped WHEN '-' THEN 'C' ELSE 'D' END,
        rate = CASE stopped WHEN '-' THEN day_rate END,
        confirmed_on = CASE stopped WHEN '-' THEN p_day END
    WHERE so_id = p_so;
    PERFORM refresh_order(p_so);
    RETURN stopped;
END $$;

CREATE FUNCTION order_is_sound(o sales_orders) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    ended text;
BEGIN
    IF NOT EXISTS (SELECT FROM sales_order_lines WHERE so_id = o.so_id) THEN
        RAISE EXCEPTION 'Order % has no lines.', o.so_no;
    END IF;
    SELECT i.item_code INTO ended FROM sales_order_lines l JOIN items i USING (item_id)
    WHERE l.so_id = o.so_id AND i.status <> 'A' LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Item % of order % is no longer sold.', ended, o.so_no;
    END IF;
    PERFORM to_base(item_id, uom, qty) FROM sales_order_lines WHERE so_id = o.so_id;
END $$;

-- Gives a line as much of the stock's reserved quantity as said, in the line's unit.
CREATE FUNCTION set_reserved(p_so bigint, p_line integer, p_qty numeric) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE stock s
    SET reserved = s.reserved + to_base(l.item_id, l.uom, p_qty)
                 - to_base(l.item_id, l.uom, l.qty_reserved)
    FROM sales_order_lines l JOIN sales_orders o USING (so_id)
    WHERE l.so_id = p_so AND l.line_no = p_line AND s.item_id = l.item_id AND s.wh_id = o.wh_id;
    UPDATE sales_order_lines SET qty_reserved = p_qty WHERE so_id = p_so AND line_no = p_line;
END $$;

-- Reserves what stock allows, line by line; returns the delivery status.
CREATE FUNCTION reserve_order(p_so bigint) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    o    sales_orders := lock_order(p_so, 'C', 'reserved');
    l    record;
    free numeric;
    more numeric;
BEGIN
    FOR l IN
        SELECT d.line_no, d.item_id, d.qty_reserved, n.decimals, u.numerator, u.denominator,
               d.qty - d.qty_delivered - d.qty_returned - d.qty_reserved AS missing
        FROM sales_order_lines d
        JOIN items i USING (item_id)
        JOIN item_units u ON u.item_id = d.item_id AND u.uom = d.uom
        JOIN units n ON n.uom = d.uom
        WHERE d.so_id = p_so AND i.supply_kind <> 'S'
          AND d.qty > d.qty_delivered + d.qty_returned + d.qty_reserved
        ORDER BY d.item_id, d.line_no
    LOOP
        SELECT on_hand - reserved INTO free FROM stock
        WHERE item_id = l.item_id AND wh_id = o.wh_id FOR NO KEY UPDATE;
        more := least(l.missing, trunc(coalesce(free, 0) * l.denominator / l.numerator, l.decimals));
        IF more > 0 THEN
            PERFORM set_reserved(p_so, l.line_no, l.qty_reserved + more);
        END IF;
    END LOOP;
    RETURN refresh_order(p_so);
END $$;

-- Gives back what a cancelled order had reserved, and forgets its planned shipments.
CREATE FUNCTION free_order(p_so bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    line integer;
BEGIN
    FOR line IN SELECT line_no FROM sales_order_lines
                WHERE so_id = p_so AND qty_reserved > 0 ORDER BY item_id, line_no LOOP
        PERFORM set_reserved(p_so, line, 0);
    END LOOP;
    UPDATE shipments SET status = 'X' WHERE so_id = p_so AND status = 'P';
END $$;

CREATE FUNCTION cancel_order(p_so bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lock_order(p_so, 'DC', 'cancelled');
    UPDATE sales_orders SET status = 'X' WHERE so_id = p_so;
END $$;

-- Plans a part of what is reserved and not planned yet, rounded up to whole units.
CREATE FUNCTION plan_shipment(p_so bigint, p_part numeric DEFAULT 1, p_day date DEFAULT current_date)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    o    sales_orders := lock_order(p_so, 'C', 'shipped');
    made bigint;
BEGIN
    IF p_part <= 0 OR p_part > 1 THEN
        RAISE EXCEPTION 'The part to ship is above 0 and at most 1, not %.', p_part;
    END IF;
    INSERT INTO shipments (so_id, wh_id, planned_on) VALUES (p_so, o.wh_id, p_day)
    RETURNING shipment_id INTO made;
    INSERT INTO shipment_lines (shipment_id, line_no, so_line_no, item_id, qty, uom)
    SELECT made, row_number() OVER (ORDER BY l.line_no), l.line_no, l.item_id, now_due.qty, l.uom
    FROM sales_order_lines l
    JOIN items i USING (item_id)
    JOIN units u ON u.uom = l.uom,
    LATERAL (
        SELECT CASE i.supply_kind WHEN 'S' THEN l.qty - l.qty_delivered - l.qty_returned
                                  ELSE l.qty_reserved END
               - coalesce(sum(p.qty), 0) AS qty
        FROM shipment_lines p JOIN shipments s USING (shipment_id)
        WHERE s.so_id = p_so AND s.status = 'P' AND p.so_line_no = l.line_no) ready,
    LATERAL (
        SELECT least(ready.qty, ceil(ready.qty * p_part * power(10::numeric, u.decimals))
                                / power(10::numeric, u.decimals)) AS qty) now_due
    WHERE l.so_id = p_so AND now_due.qty > 0;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Nothing of order % is reserved and not planned: nothing to ship.', o.so_no;
    END IF;
    RETURN made;
END $$;

CREATE FUNCTION lock_shipment(p_shipment bigint, p_status text, p_deed text) RETURNS shipments
LANGUAGE plpgsql AS $$
DECLARE
    found_one shipments;
BEGIN
    PERFORM FROM sales_orders o JOIN shipments s USING (so_id)
    WHERE s.shipment_id = p_shipment FOR NO KEY UPDATE OF o;
    SELECT * INTO found_one FROM shipments WHERE shipment_id = p_shipment FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no shipment with id %.', p_shipment;
    ELSIF strpos(p_status, found_one.status) = 0 THEN
        RAISE EXCEPTION 'Shipment % has status %: it cannot be %.', found_one.shipment_no,
            found_one.status, p_deed;
    END IF;
    RETURN found_one;
END $$;

-- The goods leave: stock and reservation go down by what is on the shipment.
CREATE FUNCTION dispatch_shipment(p_shipment bigint, p_carrier text DEFAULT NULL,
                                  p_tracking text DEFAULT NULL, p_day date DEFAULT current_date)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    it shipments := lock_shipment(p_shipment, 'P', 'shipped');
    l  record;
BEGIN
    FOR l IN
        SELECT d.so_line_no, d.qty, d.item_id, d.uom, o.qty_reserved, i.supply_kind, i.item_code
        FROM shipment_lines d
        JOIN sales_order_lines o ON o.so_id = it.so_id AND o.line_no = d.so_line_no
        JOIN items i ON i.item_id = d.item_id
        WHERE d.shipment_id = p_shipment ORDER BY d.item_id, d.line_no
    LOOP
        IF l.supply_kind <> 'S' THEN
            IF l.qty_reserved < l.qty THEN
                RAISE EXCEPTION 'Shipment % has more of item % than is reserved.', it.shipment_no,
                    l.item_code;
            END IF;
            UPDATE stock
            SET on_hand = on_hand - to_base(l.item_id, l.uom, l.qty),
                reserved = reserved - to_base(l.item_id, l.uom, l.qty_reserved)
                         + to_base(l.item_id, l.uom, l.qty_reserved - l.qty)
            WHERE item_id = l.item_id AND wh_id = it.wh_id;
        END IF;
        UPDATE sales_order_lines
        SET qty_delivered = qty_delivered + l.qty,
            qty_reserved = qty_reserved - CASE l.supply_kind WHEN 'S' THEN 0 ELSE l.qty END
        WHERE so_id = it.so_id AND line_no = l.so_line_no;
    END LOOP;
    UPDATE shipments
    SET status = 'S', carrier = p_carrier, tracking_no = p_tracking, shipped_on = p_day
    WHERE shipment_id = p_shipment;
    PERFORM refresh_order(it.so_id);
END $$;

-- Plans and ships at once; returns the shipment.
CREATE FUNCTION ship(p_so bigint, p_part numeric DEFAULT 1, p_carrier text DEFAULT NULL,
                     p_tracking text DEFAULT NULL, p_day date DEFAULT current_date)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    made bigint := plan_shipment(p_so, p_part, p_day);
BEGIN
    PERFORM dispatch_shipment(made, p_carrier, p_tracking, p_day);
    RETURN made;
END $$;

CREATE FUNCTION deliver_shipment(p_shipment bigint, p_day date DEFAULT current_date) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lock_shipment(p_shipment, 'S', 'delivered');
    UPDATE shipments SET status = 'D', delivered_on = greatest(p_day, shipped_on)
    WHERE shipment_id = p_shipment;
END $$;

CREATE FUNCTION cancel_shipment(p_shipment bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lock_shipment(p_shipment, 'P', 'cancelled');
    UPDATE shipments SET status = 'X' WHERE shipment_id = p_shipment;
END $$;

-- Goods of a shipment's line come back, in its unit: a shipment of its own, with a negative quantity.
CREATE FUNCTION return_goods(p_shipment bigint, p_line integer, p_qty numeric,
                             p_day date DEFAULT current_date) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    it   shipments := lock_shipment(p_shipment, 'SD', 'returned');
    l    shipment_lines;
    back numeric;
    made bigint;
BEGIN
    SELECT * INTO l FROM shipment_lines WHERE shipment_id = p_shipment AND line_no = p_line;
    SELECT coalesce(-sum(r.qty), 0) INTO back FROM shipments s JOIN shipment_lines r USING (shipment_id)
    WHERE s.so_id = it.so_id AND s.returns_no = it.shipment_no AND r.so_line_no = l.so_line_no;
    IF coalesce(l.qty, 0) - back < p_qty OR p_qty <= 0 THEN
        RAISE EXCEPTION 'Line % of shipment % has % to come back, not %.', p_line, it.shipment_no,
            greatest(coalesce(l.qty, 0) - back, 0), p_qty;
    END IF;
    INSERT INTO shipments (so_id, wh_id, status, planned_on, shipped_on, delivered_on, returns_no)
    VALUES (it.so_id, it.wh_id, 'D', p_day, p_day, p_day, it.shipment_no)
    RETURNING shipment_id INTO made;
    INSERT INTO shipment_lines VALUES (made, 1, l.so_line_no, l.item_id, -p_qty, l.uom);
    UPDATE sales_order_lines
    SET qty_delivered = qty_delivered - p_qty, qty_returned = qty_returned + p_qty
    WHERE so_id = it.so_id AND line_no = l.so_line_no;
    UPDATE stock SET on_hand = on_hand + to_base(l.item_id, l.uom, p_qty)
    WHERE item_id = l.item_id AND wh_id = it.wh_id;
    PERFORM refresh_order(it.so_id);
    RETURN made;
END $$;
