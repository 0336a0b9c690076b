-- What the sandbox CRM shows of the ERP's papers: shipments, invoices, payments; and how the
-- change of any business table, or of a document's lines, moves the document's time stamp.

CREATE TABLE shipment (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    number         text NOT NULL UNIQUE,
    order_id       uuid NOT NULL REFERENCES sales_order,
    warehouse_id   uuid NOT NULL REFERENCES warehouse,
    status         text NOT NULL CHECK (status IN ('Planned', 'Shipped', 'Delivered', 'Cancelled')),
    carrier        text,
    tracking       text,
    planned_on     date,
    shipped_on     date,
    delivered_on   date,
    created_on     timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    modified_on    timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);
CREATE INDEX shipment_order ON shipment (order_id);
CREATE INDEX shipment_warehouse ON shipment (warehouse_id);
CREATE INDEX shipment_status ON shipment (status);

CREATE TABLE shipment_line (
    shipment_id    uuid NOT NULL REFERENCES shipment ON DELETE CASCADE,
    line_no        integer NOT NULL,
    order_line     integer NOT NULL,
    product_id     uuid NOT NULL REFERENCES product,
    quantity       numeric(18,6) NOT NULL,                                    -- below zero: came back
    unit           text NOT NULL,
    PRIMARY KEY (shipment_id, line_no)
);
CREATE INDEX shipment_line_product ON shipment_line (product_id);

CREATE TABLE invoice (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    number         text NOT NULL UNIQUE,
    kind           text NOT NULL CHECK (kind IN ('Invoice', 'Credit note')),
    company        text NOT NULL,
    account_id     uuid NOT NULL REFERENCES account,
    order_id       uuid REFERENCES sales_order,
    contract_id    uuid REFERENCES contract,
    corrects       text,                                                      -- number of an invoice
    issued_on      date NOT NULL,
    due_on         date,
    status         text NOT NULL CHECK (status IN ('Draft', 'Posted', 'Cancelled')),
    payment        text CHECK (payment IN ('Open', 'Partly paid', 'Paid')),
    currency       text NOT NULL,
    rate           numeric(20,10),
    net            numeric(14,2),
    tax            numeric(14,2),
    total          numeric(14,2),
    open_amount    numeric(14,2),
    created_on     timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    modified_on    timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);
CREATE INDEX invoice_account ON invoice (account_id, issued_on);
CREATE INDEX invoice_order ON invoice (order_id);
CREATE INDEX invoice_contract ON invoice (contract_id);
CREATE INDEX invoice_unpaid ON invoice (due_on) WHERE payment <> 'Paid';

CREATE TABLE invoice_line (
    invoice_id     uuid NOT NULL REFERENCES invoice ON DELETE CASCADE,
    line_no        integer NOT NULL,
    product_id     uuid NOT NULL REFERENCES product,
    quantity       numeric(18,6) NOT NULL,
    unit           text NOT NULL,
    price          numeric(14,4) NOT NULL,
    net            numeric(14,2) NOT NULL,
    PRIMARY KEY (invoice_id, line_no)
);
CREATE INDEX invoice_line_product ON invoice_line (product_id);

CREATE TABLE payment (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    number         text NOT NULL UNIQUE,
    kind           text NOT NULL CHECK (kind IN
                   ('Payment', 'Advance', 'Refund', 'Charge-back', 'Reversal')),
    company        text NOT NULL,
    account_id     uuid NOT NULL REFERENCES account,
    received_on    date NOT NULL,
    status         text NOT NULL CHECK (status IN ('Draft', 'Posted', 'Cancelled')),
    currency       text NOT NULL,
    rate           numeric(20,10),
    amount         numeric(14,2) NOT NULL,
    unallocated    numeric(14,2),
    created_on     timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    modified_on    timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);
CREATE INDEX payment_account ON payment (account_id, received_on);

CREATE TABLE payment_allocation (
    payment_id     uuid NOT NULL REFERENCES payment ON DELETE CASCADE,
    line_no        integer NOT NULL,
    invoice_id     uuid NOT NULL REFERENCES invoice,
    amount         numeric(14,2) NOT NULL,
    PRIMARY KEY (payment_id, line_no)
);
CREATE INDEX payment_allocation_invoice ON payment_allocation (invoice_id);

CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.modified_on := clock_timestamp() AT TIME ZONE 'UTC';
    RETURN NEW;
END $$;

-- Arguments: the document's table, and the column of the line that names it.
CREATE FUNCTION touch_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('UPDATE %I SET modified_on = modified_on '
                   'WHERE id IN (SELECT %I FROM changed)', TG_ARGV[0], TG_ARGV[1]);
    RETURN NULL;
END $$;

DO $$
DECLARE
    header text;
    line record;
BEGIN
    FOREACH header IN ARRAY ARRAY['warehouse', 'product', 'price_book', 'price_book_entry',
        'availability', 'lead', 'opportunity', 'quote', 'contract', 'sales_order', 'reservation',
        'ticket', 'shipment', 'invoice', 'payment']
    LOOP
        EXECUTE format('CREATE INDEX %I ON %I (modified_on)', header || '_modified_on', header);
        EXECUTE format('CREATE TRIGGER touch BEFORE UPDATE ON %I '
                       'FOR EACH ROW EXECUTE FUNCTION touch()', header);
    END LOOP;
    FOR line IN SELECT * FROM (VALUES
        ('product_unit', 'product', 'product_id'),
        ('availability_day', 'availability', 'availability_id'),
        ('opportunity_line', 'opportunity', 'opportunity_id'),
        ('quote_line', 'quote', 'quote_id'),
        ('sales_order_line', 'sales_order', 'order_id'),
        ('sales_order_progress', 'sales_order', 'order_id'),
        ('shipment_line', 'shipment', 'shipment_id'),
        ('invoice_line', 'invoice', 'invoice_id'),
        ('payment_allocation', 'payment', 'payment_id')) AS l (name, document, key)
    LOOP
        EXECUTE format('CREATE TRIGGER touch_added AFTER INSERT ON %I REFERENCING NEW TABLE AS '
                       'changed FOR EACH STATEMENT EXECUTE FUNCTION touch_document(%L, %L)',
                       line.name, line.document, line.key);
        EXECUTE format('CREATE TRIGGER touch_changed AFTER UPDATE ON %I REFERENCING NEW TABLE AS '
                       'changed FOR EACH STATEMENT EXECUTE FUNCTION touch_document(%L, %L)',
                       line.name, line.document, line.key);
        EXECUTE format('CREATE TRIGGER touch_removed AFTER DELETE ON %I REFERENCING OLD TABLE AS '
                       'changed FOR EACH STATEMENT EXECUTE FUNCTION touch_document(%L, %L)',
                       line.name, line.document, line.key);
    END LOOP;
END $$;

-- By these words `drop` knows that the tables are the sandbox's and not a company's.
COMMENT ON TABLE shipment IS 'Sandbox CRM: what left a warehouse for a customer';
COMMENT ON TABLE shipment_line IS 'Sandbox CRM: lines of a shipment';
COMMENT ON TABLE invoice IS 'Sandbox CRM: invoices and credit notes';
COMMENT ON TABLE invoice_line IS 'Sandbox CRM: lines of an invoice';
COMMENT ON TABLE payment IS 'Sandbox CRM: money of customers';
COMMENT ON TABLE payment_allocation IS 'Sandbox CRM: which invoices a payment settles';
