-- The sandbox CRM's sales: leads, opportunities, quotes, contracts, orders, reservations, tickets.
-- Units, companies and currencies are free text here: the forms check them, imports do not.

-- CO-00001, CO-00002, … and wider above 99,999
CREATE FUNCTION business_number(prefix text, number bigint) RETURNS text LANGUAGE sql IMMUTABLE
RETURN prefix || to_char(number, 'FM9999999900000');

CREATE SEQUENCE lead_number;
CREATE SEQUENCE opportunity_number;
CREATE SEQUENCE quote_number;
CREATE SEQUENCE contract_number;
CREATE SEQUENCE sales_order_number;
CREATE SEQUENCE ticket_number;

CREATE TABLE lead (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    number         text NOT NULL UNIQUE DEFAULT business_number('L-', nextval('lead_number')),
    company        text NOT NULL,                                             -- the customer-to-be
    person         text,
    tax_number     text,
    country        text,
    phone          text,
    email          text,
    status         text NOT NULL DEFAULT 'New'
                   CHECK (status IN ('New', 'Working', 'Qualified', 'Won', 'Lost')),
    source         text,
    account_id     uuid REFERENCES account,                                   -- once converted
    owner_name     text NOT NULL DEFAULT 'sales',
    created_on     timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    modified_on    timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);
CREATE INDEX lead_account ON lead (account_id);
CREATE INDEX lead_email ON lead (lower(email));
CREATE INDEX lead_status ON lead (status);

CREATE TABLE opportunity (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    number         text NOT NULL UNIQUE
                   DEFAULT business_number('OP-', nextval('opportunity_number')),
    name           text,
    account_id     uuid REFERENCES account,
    lead_id        uuid REFERENCES lead,
    company        text NOT NULL,
    warehouse_id   uuid REFERENCES warehouse,
    stage          text NOT NULL DEFAULT 'Open'
                   CHECK (stage IN ('Open', 'Proposal', 'Closed won', 'Closed lost')),
    closes_on      date,
    currency       text NOT NULL,
    amount         numeric(14,2),
    lost_because   text,
    owner_name     text NOT NULL DEFAULT 'sales',
    created_on     timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    modified_on    timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);
CREATE INDEX opportunity_account ON opportunity (account_id);
CREATE INDEX opportunity_lead ON opportunity (lead_id);
CREATE INDEX opportunity_stage ON opportunity (stage);

CREATE TABLE opportunity_line (
    opportunity_id uuid NOT NULL REFERENCES opportunity ON DELETE CASCADE,
    line_no        integer NOT NULL,
    product_id     uuid NOT NULL REFERENCES product,
    quantity       numeric(18,6) NOT NULL,
    unit           text NOT NULL,
    price          numeric(14,4) NOT NULL,
    PRIMARY KEY (opportunity_id, line_no)
);
CREATE INDEX opportunity_line_product ON opportunity_line (product_id);

CREATE TABLE quote (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    number         text NOT NULL UNIQUE DEFAULT business_number('Q-', nextval('quote_number')),
    opportunity_id uuid REFERENCES opportunity,
    account_id     uuid NOT NULL REFERENCES account,
    company        text NOT NULL,
    warehouse_id   uuid REFERENCES warehouse,
    status         text NOT NULL DEFAULT 'Draft'
                   CHECK (status IN ('Draft', 'Sent', 'Accepted', 'Rejected')),
    valid_until    date,
    currency       text NOT NULL,
    owner_name     text NOT NULL DEFAULT 'sales',
    created_on     timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    modified_on    timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);
CREATE INDEX quote_opportunity ON quote (opportunity_id);
CREATE INDEX quote_account ON quote (account_id);
CREATE INDEX quote_status ON quote (status);

CREATE TABLE quote_line (
    quote_id       uuid NOT NULL REFERENCES quote ON DELETE CASCADE,
    line_no        integer NOT NULL,
    product_id     uuid NOT NULL REFERENCES product,
    quantity       numeric(18,6) NOT NULL,
    unit           text NOT NULL,
    price          numeric(14,4) NOT NULL,
    PRIMARY KEY (quote_id, line_no)
);
CREATE INDEX quote_line_product ON quote_line (product_id);

CREATE TABLE contract (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    number         text NOT NULL UNIQUE DEFAULT business_number('CT-', nextval('contract_number')),
    name           text,
    account_id     uuid NOT NULL REFERENCES account,
    company        text NOT NULL,
    status         text NOT NULL DEFAULT 'Draft'
                   CHECK (status IN ('Draft', 'Active', 'Completed', 'Cancelled')),
    signed_on      date,
    ends_on        date,
    amount         numeric(14,2),
    currency       text NOT NULL,
    settlement     text CHECK (settlement IN
                   ('No invoice', 'Open', 'Partly paid', 'Settled', 'Not fully invoiced')),
    invoiced       numeric(14,2),
    settled        numeric(14,2),
    owner_name     text NOT NULL DEFAULT 'sales',
    created_on     timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    modified_on    timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);
CREATE INDEX contract_account ON contract (account_id);
CREATE INDEX contract_status ON contract (status);

CREATE TABLE sales_order (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    number         text NOT NULL UNIQUE
                   DEFAULT business_number('CO-', nextval('sales_order_number')),
    erp_number     text,
    account_id     uuid NOT NULL REFERENCES account,
    company        text NOT NULL,
    warehouse_id   uuid NOT NULL REFERENCES warehouse,
    contract_id    uuid REFERENCES contract,
    opportunity_id uuid REFERENCES opportunity,
    quote_id       uuid REFERENCES quote,
    ordered_on     date NOT NULL DEFAULT current_date,
    requested_on   date,
    status         text NOT NULL DEFAULT 'Draft'
                   CHECK (status IN ('Draft', 'Confirmed', 'Done', 'Cancelled')),
    delivery       text CHECK (delivery IN
                   ('Not delivered', 'Reserved', 'Partly delivered', 'Delivered')),
    billing        text CHECK (billing IN ('Not invoiced', 'Partly invoiced', 'Invoiced')),
    payment        text CHECK (payment IN ('Open', 'Partly paid', 'Paid')),
    hold           text CHECK (hold IN ('None', 'Credit limit', 'Customer blocked')),
    currency       text NOT NULL,
    rate           numeric(20,10),
    net            numeric(14,2),
    tax            numeric(14,2),
    total          numeric(14,2),
    owner_name     text NOT NULL DEFAULT 'sales',
    created_on     timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    modified_on    timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);
CREATE UNIQUE INDEX sales_order_erp_number ON sales_order (erp_number);
CREATE INDEX sales_order_account ON sales_order (account_id, ordered_on);
CREATE INDEX sales_order_warehouse ON sales_order (warehouse_id);
CREATE INDEX sales_order_contract ON sales_order (contract_id);
CREATE INDEX sales_order_opportunity ON sales_order (opportunity_id);
CREATE INDEX sales_order_quote ON sales_order (quote_id);
CREATE INDEX sales_order_status ON sales_order (status);

CREATE TABLE sales_order_line (
    order_id       uuid NOT NULL REFERENCES sales_order ON DELETE CASCADE,
    line_no        integer NOT NULL,
    product_id     uuid NOT NULL REFERENCES product,
    quantity       numeric(18,6) NOT NULL,
    unit           text NOT NULL,
    price          numeric(14,4) NOT NULL,
    discount       numeric(7,4),                                              -- percent
    PRIMARY KEY (order_id, line_no)
);
CREATE INDEX sales_order_line_product ON sales_order_line (product_id);

-- What became of each line, in its unit, as the warehouse and the books say.
CREATE TABLE sales_order_progress (
    order_id       uuid NOT NULL REFERENCES sales_order ON DELETE CASCADE,
    line_no        integer NOT NULL,
    reserved       numeric(18,6),
    delivered      numeric(18,6),
    invoiced       numeric(18,6),
    PRIMARY KEY (order_id, line_no)
);

-- What is kept for a sales person who still types, or for an order, in the product's own unit.
CREATE TABLE reservation (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    product_id     uuid NOT NULL REFERENCES product,
    warehouse_id   uuid NOT NULL REFERENCES warehouse,
    number         integer NOT NULL CHECK (number > 0),
    quantity       numeric(18,6) NOT NULL CHECK (quantity > 0),
    order_id       uuid REFERENCES sales_order ON DELETE SET NULL,
    expires_at     timestamp,                                                 -- UTC without zone
    status         text NOT NULL DEFAULT 'Held' CHECK (status IN ('Held', 'Released')),
    owner_name     text NOT NULL DEFAULT 'sales',
    created_on     timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    modified_on    timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    UNIQUE (product_id, warehouse_id, number)
);
CREATE INDEX reservation_order ON reservation (order_id);
CREATE INDEX reservation_warehouse ON reservation (warehouse_id);
CREATE INDEX reservation_held ON reservation (product_id, warehouse_id, number)
    INCLUDE (quantity, expires_at) WHERE status = 'Held';

-- The last number given. Whoever takes stock locks this row, and nobody else does.
CREATE TABLE reservation_counter (
    product_id     uuid NOT NULL REFERENCES product,
    warehouse_id   uuid NOT NULL REFERENCES warehouse,
    last_number    integer NOT NULL DEFAULT 0,
    PRIMARY KEY (product_id, warehouse_id)
);
CREATE INDEX reservation_counter_warehouse ON reservation_counter (warehouse_id);

CREATE TABLE ticket (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    number         text NOT NULL UNIQUE DEFAULT business_number('T-', nextval('ticket_number')),
    account_id     uuid NOT NULL REFERENCES account,
    order_id       uuid REFERENCES sales_order,
    subject        text,
    status         text NOT NULL DEFAULT 'Open' CHECK (status IN ('Open', 'Waiting', 'Closed')),
    priority       text DEFAULT 'Normal' CHECK (priority IN ('Low', 'Normal', 'High')),
    opened_at      timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    closed_at      timestamp,                                                 -- UTC without zone
    satisfaction   integer CHECK (satisfaction BETWEEN 1 AND 5),
    owner_name     text NOT NULL DEFAULT 'support',
    created_on     timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    modified_on    timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);
CREATE INDEX ticket_account ON ticket (account_id);
CREATE INDEX ticket_order ON ticket (order_id);
CREATE INDEX ticket_status ON ticket (status);

ALTER SEQUENCE lead_number OWNED BY lead.number;
ALTER SEQUENCE opportunity_number OWNED BY opportunity.number;
ALTER SEQUENCE quote_number OWNED BY quote.number;
ALTER SEQUENCE contract_number OWNED BY contract.number;
ALTER SEQUENCE sales_order_number OWNED BY sales_order.number;
ALTER SEQUENCE ticket_number OWNED BY ticket.number;

-- By these words `drop` knows that the tables are the sandbox's and not a company's.
COMMENT ON TABLE lead IS 'Sandbox CRM: people and companies who may become customers';
COMMENT ON TABLE opportunity IS 'Sandbox CRM: deals in the making';
COMMENT ON TABLE opportunity_line IS 'Sandbox CRM: lines of a deal';
COMMENT ON TABLE quote IS 'Sandbox CRM: offers';
COMMENT ON TABLE quote_line IS 'Sandbox CRM: lines of an offer';
COMMENT ON TABLE contract IS 'Sandbox CRM: contracts';
COMMENT ON TABLE sales_order IS 'Sandbox CRM: orders of customers';
COMMENT ON TABLE sales_order_line IS 'Sandbox CRM: lines of an order';
COMMENT ON TABLE sales_order_progress IS 'Sandbox CRM: what became of the lines of an order';
COMMENT ON TABLE reservation IS 'Sandbox CRM: stock kept for orders and for sales people';
COMMENT ON TABLE reservation_counter IS 'Sandbox CRM: numbers given to reservations';
COMMENT ON TABLE ticket IS 'Sandbox CRM: questions and complaints';
