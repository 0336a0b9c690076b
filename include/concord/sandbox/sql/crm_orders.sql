-- The sandbox CRM's orders: taken, changed and cancelled by people, each with the stock it needs.
-- People work through these functions; an interface updates the tables.
-- Lines are JSON: [{"product": uuid, "quantity": 2, "unit": "box", "price": 9.5, "discount": 5}].

CREATE FUNCTION locked_order(wanted uuid) RETURNS sales_order LANGUAGE plpgsql AS $$
DECLARE
    it sales_order;
BEGIN
    SELECT o.* INTO it FROM sales_order o WHERE o.id = wanted FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no order %.', wanted;
    END IF;
    RETURN it;
END $$;

-- What the order's lines need per product, in its own unit; services need nothing.
CREATE FUNCTION order_needs(wanted uuid)
RETURNS TABLE (product uuid, quantity numeric) LANGUAGE sql STABLE AS $$
    SELECT l.product_id, sum(base_quantity(l.product_id, l.quantity, l.unit))
    FROM sales_order_line l
    JOIN product p ON p.id = l.product_id AND p.kind <> 'Service'
    WHERE l.order_id = wanted
    GROUP BY l.product_id;
$$;

-- Gives back `too_much` of what the order keeps, newest reservations first.
CREATE FUNCTION shrink_reservations(sales_order uuid, product uuid, too_much numeric)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    kept reservation;
BEGIN
    FOR kept IN
        SELECT r.* FROM reservation r
        WHERE r.order_id = shrink_reservations.sales_order AND r.status = 'Held'
          AND r.product_id = shrink_reservations.product
        ORDER BY r.number DESC
    LOOP
        EXIT WHEN too_much <= 0;
        IF kept.quantity <= too_much THEN
            UPDATE reservation r SET status = 'Released' WHERE r.id = kept.id;
        ELSE
            UPDATE reservation r SET quantity = r.quantity - too_much WHERE r.id = kept.id;
        END IF;
        too_much := too_much - kept.quantity;
    END LOOP;
END $$;

-- Makes the order keep exactly what its lines need: more, or less. Stock is locked in the order
-- of products, so that two orders never wait for each other.
CREATE FUNCTION cover_order(wanted uuid, place uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    one record;
    soft boolean := soft_reservation();
BEGIN
    FOR one IN
        SELECT coalesce(n.product, k.product) AS product,
               coalesce(n.quantity, 0) - coalesce(k.quantity, 0) AS more
        FROM order_needs(wanted) n
        FULL JOIN (
            SELECT r.product_id AS product, sum(r.quantity) AS quantity FROM reservation r
            WHERE r.order_id = wanted AND r.status = 'Held' GROUP BY r.product_id) k USING (product)
        ORDER BY 1
    LOOP
        IF one.more < 0 THEN
            PERFORM shrink_reservations(wanted, one.product, -one.more);
        ELSIF one.more > 0 AND soft THEN
            PERFORM lock_stock(one.product, place);
            PERFORM next_reservation(one.product, place, one.more, wanted, NULL);
        ELSIF one.more > 0 THEN
            PERFORM refuse_short(one.product, place, one.more, (
                SELECT a.available FROM availability a
                WHERE a.product_id = one.product AND a.warehouse_id = place));
        END IF;
    END LOOP;
END $$;

-- Writes the lines of an order, numbered 10, 20, 30 …, after a look at each.
CREATE FUNCTION write_lines(wanted uuid, lines jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    one record;
BEGIN
    IF coalesce(jsonb_array_length(lines), 0) = 0 THEN
        RAISE EXCEPTION 'An order needs at least one line.';
    END IF;
    FOR one IN
        SELECT l.*, p.code, p.status FROM jsonb_to_recordset(lines)
            AS l (product uuid, quantity numeric, unit text, price numeric, discount numeric)
        LEFT JOIN product p ON p.id = l.product
    LOOP
        IF one.code IS NULL THEN
            RAISE EXCEPTION 'There is no product %.', one.product;
        ELSIF one.status <> 'Active' THEN
            RAISE EXCEPTION 'Product % is no longer sold.', one.code;
        ELSIF one.quantity IS NULL OR one.quantity <= 0 THEN
            RAISE EXCEPTION 'The quantity of product % is %; it must be above zero.',
                one.code, coalesce(trim_scale(one.quantity)::text, 'missing');
        ELSIF one.price IS NULL OR one.price < 0 OR one.discount NOT BETWEEN 0 AND 100 THEN
            RAISE EXCEPTION 'The price or discount of product % is no good.', one.code;
        END IF;
        PERFORM base_quantity(one.product, one.quantity, one.unit);
    END LOOP;
    DELETE FROM sales_order_line l WHERE l.order_id = wanted;
    PERFORM copy_lines(wanted, lines);
END $$;

CREATE FUNCTION copy_lines(wanted uuid, lines jsonb) RETURNS void LANGUAGE sql AS $$
    INSERT INTO sales_order_line (order_id, line_no, product_id, quantity, unit, price, discount)
    SELECT wanted, 10 * l.place, (l.value ->> 'product')::uuid, (l.value ->> 'quantity')::numeric,
           btrim(l.value ->> 'unit'), (l.value ->> 'price')::numeric,
           (l.value ->> 'discount')::numeric
    FROM jsonb_array_elements(lines) WITH ORDINALITY AS l (value, place);
$$;

-- Binds what the sales person held to the order that it was held for.
CREATE FUNCTION bind_holds(wanted uuid, place uuid, holds uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    bound bigint;
BEGIN
    PERFORM lock_stock(r.product_id, r.warehouse_id) FROM (
        SELECT DISTINCT r.product_id, r.warehouse_id FROM reservation r WHERE r.id = ANY (holds)
        UNION
        SELECT n.product, place FROM order_needs(wanted) n
        ORDER BY 1, 2) r;
    UPDATE reservation r SET order_id = wanted, expires_at = NULL
    WHERE r.id = ANY (holds) AND r.status = 'Held' AND r.order_id IS NULL
      AND r.expires_at > utc_now() AND r.warehouse_id = place;
    GET DIAGNOSTICS bound = ROW_COUNT;
    IF bound <> cardinality(holds) THEN
        RAISE EXCEPTION 'What was held for this order is no longer held. Look at the stock again.'
            USING ERRCODE = 'SB001';
    END IF;
END $$;

CREATE FUNCTION check_order(account uuid, company text, warehouse uuid, contract uuid)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    customer record;
    place record;
    agreed record;
BEGIN
    SELECT a.account_name, a.state INTO customer FROM account a WHERE a.id = check_order.account;
    SELECT w.code, w.company INTO place FROM warehouse w WHERE w.id = check_order.warehouse;
    SELECT c.number, c.account_id, c.status INTO agreed
    FROM contract c WHERE c.id = check_order.contract;
    IF customer IS NULL OR place IS NULL OR (contract IS NOT NULL AND agreed IS NULL) THEN
        RAISE EXCEPTION 'The order names an account, a warehouse or a contract that is not there.';
    ELSIF customer.state = 'Closed' THEN
        RAISE EXCEPTION 'The account % is closed.', customer.account_name;
    ELSIF place.company <> company THEN
        RAISE EXCEPTION 'Warehouse % belongs to %, not to %.', place.code, place.company, company;
    ELSIF agreed.account_id <> account OR agreed.status <> 'Active' THEN
        RAISE EXCEPTION 'Contract % is not an active one of this account.', agreed.number;
    END IF;
END $$;

-- Takes an order with all that it needs, or refuses it. Returns its id.
CREATE FUNCTION place_order(
    account uuid, company text, warehouse uuid, currency text, lines jsonb,
    ordered date DEFAULT current_date, requested date DEFAULT NULL, contract uuid DEFAULT NULL,
    holds uuid[] DEFAULT '{}'
) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    made uuid;
BEGIN
    PERFORM check_order(account, company, warehouse, contract);
    IF requested < ordered THEN
        RAISE EXCEPTION 'An order of % cannot be wanted for %.', ordered, requested;
    END IF;
    INSERT INTO sales_order (account_id, company, warehouse_id, contract_id, ordered_on,
                             requested_on, currency)
    VALUES (account, company, warehouse, contract, ordered, requested, currency)
    RETURNING id INTO made;
    PERFORM write_lines(made, lines);
    IF cardinality(holds) > 0 THEN
        PERFORM bind_holds(made, warehouse, holds);
    END IF;
    PERFORM cover_order(made, warehouse);
    RETURN made;
END $$;

-- An order as the mobile app sent it: nothing is checked and no stock is kept. Returns its id.
CREATE FUNCTION import_order(
    account uuid, company text, warehouse uuid, currency text, lines jsonb,
    ordered date DEFAULT current_date, requested date DEFAULT NULL
) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    made uuid;
BEGIN
    INSERT INTO sales_order (account_id, company, warehouse_id, ordered_on, requested_on, currency)
    VALUES (account, company, warehouse, ordered, requested, currency)
    RETURNING id INTO made;
    PERFORM copy_lines(made, lines);
    RETURN made;
END $$;

-- Other lines, another day or another currency, as long as the order is a draft.
CREATE FUNCTION change_order(
    wanted uuid, lines jsonb DEFAULT NULL, requested date DEFAULT NULL, currency text DEFAULT NULL
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    it sales_order := locked_order(wanted);
BEGIN
    IF it.status <> 'Draft' THEN
        RAISE EXCEPTION 'Order % is %; only drafts can be changed.',
            it.number, lower(it.status);
    ELSIF requested < it.ordered_on THEN
        RAISE EXCEPTION 'Order % of % cannot be wanted for %.',
            it.number, it.ordered_on, requested;
    END IF;
    UPDATE sales_order o
    SET requested_on = coalesce(change_order.requested, o.requested_on),
        currency = coalesce(change_order.currency, o.currency)
    WHERE o.id = wanted AND num_nonnulls(change_order.requested, change_order.currency) > 0;
    IF lines IS NOT NULL THEN
        PERFORM write_lines(wanted, lines);
        PERFORM cover_order(wanted, it.warehouse_id);
    END IF;
END $$;

CREATE FUNCTION cancel_order(wanted uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    it sales_order := locked_order(wanted);
BEGIN
    IF it.status NOT IN ('Draft', 'Confirmed')
            OR it.delivery IN ('Partly delivered', 'Delivered') THEN
        RAISE EXCEPTION 'Order % is %; it cannot be cancelled any more.', it.number,
            lower(CASE WHEN it.status IN ('Draft', 'Confirmed') THEN it.delivery
                       ELSE it.status END);
    END IF;
    UPDATE sales_order o SET status = 'Cancelled' WHERE o.id = wanted;
END $$;

-- An order that the warehouse has reserved, or that is cancelled or deleted, keeps nothing here.
CREATE FUNCTION release_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE reservation r SET status = 'Released' WHERE r.order_id = OLD.id AND r.status = 'Held';
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER release_handed_over AFTER UPDATE OF status, delivery ON sales_order FOR EACH ROW
    WHEN (NEW.status IN ('Cancelled', 'Done')
          OR NEW.delivery IN ('Reserved', 'Partly delivered', 'Delivered'))
    EXECUTE FUNCTION release_order();
CREATE TRIGGER release_deleted BEFORE DELETE ON sales_order FOR EACH ROW
    EXECUTE FUNCTION release_order();
