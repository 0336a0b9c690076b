-- The sandbox CRM's catalogue: what can be sold, from where, at what price, and how much of it.
-- Its rows come from the ERP; sales people only read them.

-- What the administrator changed; all else is as the CRM comes.
CREATE TABLE crm_setting (
    name           text PRIMARY KEY CHECK (name IN ('soft_reservation', 'hold_minutes')),
    value          text NOT NULL
);

CREATE TABLE warehouse (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    code           text NOT NULL UNIQUE,
    name           text NOT NULL,
    company        text NOT NULL,
    created_on     timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    modified_on    timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);

CREATE TABLE product (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    code           text NOT NULL UNIQUE,
    name           text NOT NULL,
    kind           text NOT NULL CHECK (kind IN ('Trading good', 'Own product', 'Service')),
    unit           text NOT NULL,                                             -- of stock
    status         text NOT NULL DEFAULT 'Active' CHECK (status IN ('Active', 'Ended')),
    created_on     timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    modified_on    timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);
CREATE INDEX product_name_search ON product (lower(name) text_pattern_ops);

-- One `unit` is numerator / denominator of the product's own unit.
CREATE TABLE product_unit (
    product_id     uuid NOT NULL REFERENCES product ON DELETE CASCADE,
    unit           text NOT NULL,
    numerator      integer NOT NULL CHECK (numerator > 0),
    denominator    integer NOT NULL CHECK (denominator > 0),
    PRIMARY KEY (product_id, unit)
);

CREATE TABLE price_book (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    code           text NOT NULL UNIQUE,
    name           text NOT NULL,
    company        text NOT NULL,
    currency       text NOT NULL,
    created_on     timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    modified_on    timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);

CREATE TABLE price_book_entry (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    price_book_id  uuid NOT NULL REFERENCES price_book,
    product_id     uuid NOT NULL REFERENCES product,
    unit           text NOT NULL,
    min_quantity   numeric(18,6) NOT NULL DEFAULT 0,
    valid_from     date NOT NULL,
    valid_to       date,
    price          numeric(14,4) NOT NULL,
    currency       text NOT NULL,
    created_on     timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    modified_on    timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    UNIQUE (price_book_id, product_id, unit, min_quantity, valid_from)
);
CREATE INDEX price_book_entry_product ON price_book_entry (product_id);

-- What may be promised, in the product's own unit. Reservations up to `counted_to` are in it.
CREATE TABLE availability (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    product_id     uuid NOT NULL REFERENCES product,
    warehouse_id   uuid NOT NULL REFERENCES warehouse,
    on_hand        numeric(18,6),
    reserved       numeric(18,6),
    promised       numeric(18,6),
    inbound        numeric(18,6),
    available      numeric(18,6),
    counted_to     integer,
    as_of          timestamp,                                                 -- UTC without zone
    created_on     timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    modified_on    timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    UNIQUE (product_id, warehouse_id)
);
CREATE INDEX availability_warehouse ON availability (warehouse_id);

CREATE TABLE availability_day (
    availability_id uuid NOT NULL REFERENCES availability ON DELETE CASCADE,
    due_on         date NOT NULL,
    inbound        numeric(18,6) NOT NULL,
    available      numeric(18,6) NOT NULL,
    PRIMARY KEY (availability_id, due_on)
);

-- What a sales person sees of a customer's account in the books.
ALTER TABLE account
    ADD open_balance     numeric(14,2),
    ADD overdue          numeric(14,2),
    ADD credit_room      numeric(14,2),
    ADD balance_currency text,
    ADD last_order_on    date,
    ADD orders_open      integer;

-- By these words `drop` knows that the tables are the sandbox's and not a company's.
COMMENT ON TABLE crm_setting IS 'Sandbox CRM: how the CRM behaves';
COMMENT ON TABLE warehouse IS 'Sandbox CRM: warehouses';
COMMENT ON TABLE product IS 'Sandbox CRM: products';
COMMENT ON TABLE product_unit IS 'Sandbox CRM: units in which a product is sold';
COMMENT ON TABLE price_book IS 'Sandbox CRM: price books';
COMMENT ON TABLE price_book_entry IS 'Sandbox CRM: prices';
COMMENT ON TABLE availability IS 'Sandbox CRM: what may be promised of a product';
COMMENT ON TABLE availability_day IS 'Sandbox CRM: what may be promised for a later day';
