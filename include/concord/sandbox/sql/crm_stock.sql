-- The sandbox CRM's promises: how much is left to promise, and keeping it while people type.
-- Numbers of reservations are given under the lock of their counter, so that they have no gaps
-- and a higher number is never visible before a lower one.

CREATE FUNCTION utc_now() RETURNS timestamp LANGUAGE sql VOLATILE
RETURN clock_timestamp() AT TIME ZONE 'UTC';

-- How the CRM was told to behave, or else how it does by itself.
CREATE FUNCTION setting(wanted text, otherwise text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT s.value FROM crm_setting s WHERE s.name = wanted), otherwise);
$$;

-- Whether an order keeps its stock, or is taken whenever the figure on the screen suffices.
CREATE FUNCTION soft_reservation() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT setting('soft_reservation', 'on') = 'on';
$$;

-- The unit that people mean by a spelling; what is not known stays as it is.
CREATE FUNCTION unit_of(spelling text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN CASE lower(btrim(spelling))
    WHEN 'pieces' THEN 'piece' WHEN 'pcs' THEN 'piece'
    ELSE lower(btrim(spelling))
END;

-- A quantity in the product's own unit.
CREATE FUNCTION base_quantity(product uuid, quantity numeric, unit text)
RETURNS numeric LANGUAGE plpgsql STABLE AS $$
DECLARE
    it record;
BEGIN
    SELECT p.code, unit_of(p.unit) = unit_of(base_quantity.unit) AS own, u.numerator, u.denominator
    INTO it
    FROM product p
    LEFT JOIN product_unit u
        ON u.product_id = p.id AND unit_of(u.unit) = unit_of(base_quantity.unit)
    WHERE p.id = base_quantity.product
    LIMIT 1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'There is no product %.', base_quantity.product;
    ELSIF it.own THEN
        RETURN base_quantity.quantity;
    ELSIF it.numerator IS NULL THEN
        RAISE EXCEPTION 'Product % is not sold by the %.', it.code, base_quantity.unit;
    END IF;
    RETURN round(base_quantity.quantity * it.numerator / it.denominator, 6);
END $$;

-- What may still be promised; NULL when no figure has come from the warehouse yet.
CREATE FUNCTION available_room(product uuid, warehouse uuid)
RETURNS numeric LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RETURN (
        SELECT a.available - coalesce((
            SELECT sum(r.quantity) FROM reservation r
            WHERE r.product_id = a.product_id AND r.warehouse_id = a.warehouse_id
              AND r.status = 'Held' AND r.number > coalesce(a.counted_to, 0)
              AND (r.expires_at IS NULL OR r.expires_at > utc_now())), 0)
        FROM availability a
        WHERE a.product_id = available_room.product
          AND a.warehouse_id = available_room.warehouse);
END $$;

-- One at a time takes stock of a product from a warehouse, until its transaction ends.
CREATE FUNCTION lock_stock(product uuid, warehouse uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO reservation_counter (product_id, warehouse_id)
    VALUES (lock_stock.product, lock_stock.warehouse) ON CONFLICT DO NOTHING;
    PERFORM FROM reservation_counter c
    WHERE c.product_id = lock_stock.product AND c.warehouse_id = lock_stock.warehouse
    FOR UPDATE;
END $$;

CREATE FUNCTION refuse_short(product uuid, warehouse uuid, quantity numeric, room numeric)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    what text := (SELECT p.code FROM product p WHERE p.id = refuse_short.product);
    place text := (SELECT w.code FROM warehouse w WHERE w.id = refuse_short.warehouse);
BEGIN
    IF room IS NULL THEN
        RAISE EXCEPTION 'There is no stock figure of product % in warehouse %.', what, place
            USING ERRCODE = 'SB001';
    ELSIF room < quantity THEN
        RAISE EXCEPTION 'Of product % only % can be promised from warehouse %, not %.',
            what, trim_scale(greatest(room, 0)), place, trim_scale(quantity)
            USING ERRCODE = 'SB001';
    END IF;
END $$;

-- The next reservation; the caller holds the lock of its stock.
CREATE FUNCTION next_reservation(
    product uuid, warehouse uuid, quantity numeric, sales_order uuid, expires timestamp
) RETURNS reservation LANGUAGE plpgsql AS $$
DECLARE
    number integer;
    made reservation;
BEGIN
    PERFORM refuse_short(product, warehouse, quantity, available_room(product, warehouse));
    UPDATE reservation_counter c SET last_number = c.last_number + 1
    WHERE c.product_id = next_reservation.product AND c.warehouse_id = next_reservation.warehouse
    RETURNING c.last_number INTO number;
    INSERT INTO reservation AS r (product_id, warehouse_id, number, quantity, order_id, expires_at)
    VALUES (product, warehouse, number, quantity, sales_order, expires)
    RETURNING r.* INTO made;
    RETURN made;
END $$;

-- Keeps stock for a sales person who is still typing. `quantity` is in the product's own unit.
CREATE FUNCTION hold_stock(product uuid, warehouse uuid, quantity numeric, minutes integer DEFAULT NULL)
RETURNS reservation LANGUAGE plpgsql AS $$
DECLARE
    made reservation;
BEGIN
    IF quantity <= 0 THEN
        RAISE EXCEPTION 'A quantity of % cannot be held.', trim_scale(quantity);
    END IF;
    IF NOT soft_reservation() THEN
        PERFORM refuse_short(product, warehouse, quantity, (
            SELECT a.available FROM availability a
            WHERE a.product_id = hold_stock.product AND a.warehouse_id = hold_stock.warehouse));
        RETURN NULL;
    END IF;
    PERFORM lock_stock(product, warehouse);
    made := next_reservation(product, warehouse, quantity, NULL, utc_now()
        + make_interval(mins => coalesce(minutes, setting('hold_minutes', '30')::integer)));
    RETURN made;
END $$;

-- Gives back what a sales person held and did not order.
CREATE FUNCTION release_hold(hold uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE reservation r SET status = 'Released'
    WHERE r.id = hold AND r.status = 'Held' AND r.order_id IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Reservation % is not a hold that could be released.', hold;
    END IF;
END $$;

-- Marks holds whose time is over. available_room leaves them out at once. Returns their number.
CREATE FUNCTION expire_reservations() RETURNS bigint LANGUAGE sql VOLATILE AS $$
    WITH over AS (
        UPDATE reservation r SET status = 'Released'
        WHERE r.status = 'Held' AND r.order_id IS NULL AND r.expires_at <= utc_now()
        RETURNING 1)
    SELECT count(*) FROM over;
$$;
