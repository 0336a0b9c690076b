-- The sandbox CRM's deals: leads, opportunities, quotes, contracts and tickets through their lives.
-- Lines are JSON: [{"product": uuid, "quantity": 2, "unit": "box", "price": 9.5}].

-- Makes an account and its person of a qualified lead, or joins the account with the same tax
-- number or e-mail address. The lead's opportunities follow. Returns the account.
CREATE FUNCTION convert_lead(wanted uuid) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    it lead;
    customer uuid;
BEGIN
    SELECT l.* INTO it FROM lead l WHERE l.id = wanted FOR UPDATE;
    IF it.status IS DISTINCT FROM 'Qualified' AND it.status IS DISTINCT FROM 'Won' THEN
        RAISE EXCEPTION 'Lead % is %; only qualified leads can be converted.',
            coalesce(it.number, wanted::text), coalesce(lower(it.status), 'not there');
    ELSIF it.account_id IS NOT NULL THEN
        RETURN it.account_id;
    END IF;
    SELECT a.id INTO customer FROM account a
    WHERE a.tax_number = it.tax_number OR a.email_address = lower(btrim(it.email))
    ORDER BY (a.tax_number = it.tax_number) DESC NULLS LAST, a.created_on, a.id LIMIT 1;
    IF customer IS NULL THEN
        INSERT INTO account (account_name, tax_number, country, phone_number, email_address)
        VALUES (it.company, it.tax_number, it.country, it.phone, it.email)
        RETURNING id INTO customer;
        INSERT INTO person (account_id, display_name, work_phone, email_address)
        SELECT customer, it.person, it.phone, it.email WHERE it.person IS NOT NULL;
    END IF;
    UPDATE lead l SET status = 'Won', account_id = customer WHERE l.id = wanted;
    UPDATE opportunity o SET account_id = customer
    WHERE o.lead_id = wanted AND o.account_id IS NULL;
    RETURN customer;
END $$;

-- New → Working → Qualified, or Lost from any of them.
CREATE FUNCTION advance_lead(wanted uuid, next text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    it lead;
BEGIN
    SELECT l.* INTO it FROM lead l WHERE l.id = wanted FOR UPDATE;
    IF (it.status, next) NOT IN (('New', 'Working'), ('Working', 'Qualified'), ('New', 'Lost'),
            ('Working', 'Lost'), ('Qualified', 'Lost'), ('Lost', 'Working')) THEN
        RAISE EXCEPTION 'Lead % cannot go from % to %.', it.number, it.status, next;
    END IF;
    UPDATE lead l SET status = next WHERE l.id = wanted;
END $$;

-- A deal with a customer or, while there is none yet, with a lead. Returns its id.
CREATE FUNCTION open_opportunity(
    name text, account uuid, lead uuid, company text, warehouse uuid, currency text, closes date,
    lines jsonb
) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    made uuid;
BEGIN
    IF account IS NULL AND lead IS NULL THEN
        RAISE EXCEPTION 'An opportunity needs an account or a lead.';
    END IF;
    INSERT INTO opportunity (name, account_id, lead_id, company, warehouse_id, currency, closes_on)
    VALUES (name, account, lead, company, warehouse, currency, closes)
    RETURNING id INTO made;
    PERFORM write_opportunity_lines(made, lines);
    RETURN made;
END $$;

CREATE FUNCTION write_opportunity_lines(wanted uuid, lines jsonb)
RETURNS void LANGUAGE sql AS $$
    DELETE FROM opportunity_line o WHERE o.opportunity_id = wanted;
    INSERT INTO opportunity_line (opportunity_id, line_no, product_id, quantity, unit, price)
    SELECT wanted, 10 * l.place, (l.value ->> 'product')::uuid, (l.value ->> 'quantity')::numeric,
           btrim(l.value ->> 'unit'), (l.value ->> 'price')::numeric
    FROM jsonb_array_elements(lines) WITH ORDINALITY AS l (value, place);
$$;

-- The amount of a deal is that of its lines.
CREATE FUNCTION sum_opportunity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE opportunity o
    SET amount = (SELECT sum(round(l.quantity * l.price, 2)) FROM opportunity_line l
                  WHERE l.opportunity_id = o.id)
    WHERE o.id IN (SELECT opportunity_id FROM changed);
    RETURN NULL;
END $$;
CREATE TRIGGER sum_added AFTER INSERT ON opportunity_line REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION sum_opportunity();
CREATE TRIGGER sum_changed AFTER UPDATE ON opportunity_line REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION sum_opportunity();
CREATE TRIGGER sum_removed AFTER DELETE ON opportunity_line REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION sum_opportunity();

CREATE FUNCTION open_opportunity_locked(wanted uuid) RETURNS opportunity LANGUAGE plpgsql AS $$
DECLARE
    it opportunity;
BEGIN
    SELECT o.* INTO it FROM opportunity o WHERE o.id = wanted FOR UPDATE;
    IF it.stage NOT IN ('Open', 'Proposal') OR it.id IS NULL THEN
        RAISE EXCEPTION 'Opportunity % is %.', coalesce(it.number, wanted::text),
            coalesce(lower(it.stage), 'not there');
    END IF;
    RETURN it;
END $$;

CREATE FUNCTION win_opportunity(wanted uuid, closed date DEFAULT current_date)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    it opportunity := open_opportunity_locked(wanted);
BEGIN
    IF NOT EXISTS (SELECT FROM opportunity_line l WHERE l.opportunity_id = wanted) THEN
        RAISE EXCEPTION 'Opportunity % has no lines; there is nothing to win.', it.number;
    ELSIF it.warehouse_id IS NULL THEN
        RAISE EXCEPTION 'Opportunity % names no warehouse.', it.number;
    END IF;
    UPDATE opportunity o SET stage = 'Closed won', closes_on = closed WHERE o.id = wanted;
    UPDATE lead l SET status = 'Won' WHERE l.id = it.lead_id AND l.status <> 'Won';
END $$;

CREATE FUNCTION lose_opportunity(wanted uuid, because text, closed date DEFAULT current_date)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    it opportunity := open_opportunity_locked(wanted);
BEGIN
    UPDATE opportunity o SET stage = 'Closed lost', lost_because = because, closes_on = closed
    WHERE o.id = it.id;
    UPDATE quote q SET status = 'Rejected'
    WHERE q.opportunity_id = it.id AND q.status IN ('Draft', 'Sent');
END $$;

-- Sends the opportunity's lines to its customer as an offer. Returns the quote.
CREATE FUNCTION send_quote(wanted uuid, valid date) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    it opportunity := open_opportunity_locked(wanted);
    made uuid;
BEGIN
    IF it.account_id IS NULL THEN
        RAISE EXCEPTION 'Opportunity % has no account; convert its lead first.', it.number;
    END IF;
    INSERT INTO quote (opportunity_id, account_id, company, warehouse_id, currency, status,
                       valid_until)
    VALUES (it.id, it.account_id, it.company, it.warehouse_id, it.currency, 'Sent',
            valid)
    RETURNING id INTO made;
    INSERT INTO quote_line
    SELECT made, l.line_no, l.product_id, l.quantity, l.unit, l.price
    FROM opportunity_line l WHERE l.opportunity_id = it.id;
    UPDATE opportunity o SET stage = 'Proposal' WHERE o.id = it.id AND o.stage = 'Open';
    RETURN made;
END $$;

-- The customer says yes: what was offered is what the opportunity is won with.
CREATE FUNCTION accept_quote(wanted uuid, accepted date DEFAULT current_date)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    it quote;
BEGIN
    SELECT q.* INTO it FROM quote q WHERE q.id = wanted FOR UPDATE;
    IF it.status IS DISTINCT FROM 'Sent' THEN
        RAISE EXCEPTION 'Quote % is %; only a quote that was sent can be accepted.',
            coalesce(it.number, wanted::text), coalesce(lower(it.status), 'not there');
    ELSIF it.valid_until < accepted THEN
        RAISE EXCEPTION 'Quote % was valid until %.', it.number, it.valid_until;
    END IF;
    UPDATE quote q SET status = 'Accepted' WHERE q.id = wanted;
    IF it.opportunity_id IS NOT NULL THEN
        PERFORM write_opportunity_lines(it.opportunity_id, (
            SELECT jsonb_agg(jsonb_build_object('product', l.product_id, 'quantity', l.quantity,
                                                'unit', l.unit, 'price', l.price)
                             ORDER BY l.line_no)
            FROM quote_line l WHERE l.quote_id = wanted));
        PERFORM win_opportunity(it.opportunity_id, accepted);
    END IF;
END $$;

CREATE FUNCTION sign_contract(wanted uuid, signed date DEFAULT current_date)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    it contract;
BEGIN
    SELECT c.* INTO it FROM contract c WHERE c.id = wanted FOR UPDATE;
    IF it.status IS DISTINCT FROM 'Draft' THEN
        RAISE EXCEPTION 'Contract % is %; only a draft can be signed.',
            coalesce(it.number, wanted::text), coalesce(lower(it.status), 'not there');
    ELSIF it.ends_on < signed THEN
        RAISE EXCEPTION 'Contract % ends on %, before it is signed.', it.number, it.ends_on;
    END IF;
    UPDATE contract c SET status = 'Active', signed_on = signed WHERE c.id = wanted;
END $$;

CREATE FUNCTION open_ticket(
    account uuid, subject text, priority text DEFAULT 'Normal', sales_order uuid DEFAULT NULL,
    opened timestamp DEFAULT utc_now()
) RETURNS uuid LANGUAGE sql AS $$
    INSERT INTO ticket (account_id, order_id, subject, priority, opened_at)
    VALUES (account, sales_order, subject, priority, opened) RETURNING id;
$$;

-- `satisfaction` is 1 (bad) to 5 (good), or NULL when the customer did not answer.
CREATE FUNCTION close_ticket(wanted uuid, satisfaction integer, closed timestamp DEFAULT utc_now())
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    it ticket;
BEGIN
    SELECT t.* INTO it FROM ticket t WHERE t.id = wanted FOR UPDATE;
    IF it.status IS DISTINCT FROM 'Open' AND it.status IS DISTINCT FROM 'Waiting' THEN
        RAISE EXCEPTION 'Ticket % is %.', coalesce(it.number, wanted::text),
            coalesce(lower(it.status), 'not there');
    ELSIF closed < it.opened_at THEN
        RAISE EXCEPTION 'Ticket % was opened at %, after that.', it.number, it.opened_at;
    END IF;
    UPDATE ticket t SET status = 'Closed', closed_at = closed,
        satisfaction = close_ticket.satisfaction
    WHERE t.id = wanted;
END $$;

CREATE FUNCTION reopen_ticket(wanted uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ticket t SET status = 'Open', closed_at = NULL, satisfaction = NULL
    WHERE t.id = wanted AND t.status = 'Closed';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Ticket % is not closed.', wanted;
    END IF;
END $$;
