-- The sandbox CRM: accounts, their people and addresses, as a web CRM keeps them.

CREATE TABLE account (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account_name   text NOT NULL,
    account_type   text NOT NULL DEFAULT 'Company' CHECK (account_type IN ('Company', 'Individual')),
    tax_number     text,
    country        text,                                                      -- an English word
    phone_number   text,
    email_address  text,
    web            text,
    payment_term   text CHECK (payment_term IN
                   ('Prepaid', 'Cash on delivery', 'Net 14', 'Net 30', 'Net 60')),
    state          text NOT NULL DEFAULT 'Active' CHECK (state IN ('Active', 'On hold', 'Closed')),
    customer_since text,                                                      -- DD/MM/YYYY
    annual_revenue text,                                                      -- 1,250,000.00
    credit_limit   text,
    currency_code  text,
    owner_name     text NOT NULL DEFAULT 'sales',
    merged_into    uuid,                                                      -- the account that stays
    created_on     timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),     -- UTC without zone
    modified_on    timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);
CREATE INDEX account_name_search ON account (lower(account_name) text_pattern_ops);
CREATE INDEX account_tax_number ON account (tax_number);
CREATE INDEX account_email_address ON account (email_address);
CREATE INDEX account_modified_on ON account (modified_on);

CREATE TABLE person (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account_id     uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    display_name   text NOT NULL,
    title          text,
    work_phone     text,
    email_address  text,
    created_on     timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    modified_on    timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);
CREATE INDEX person_account ON person (account_id);
CREATE INDEX person_email_address ON person (email_address);
CREATE INDEX person_modified_on ON person (modified_on);

CREATE TABLE account_address (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account_id     uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    kind           text NOT NULL CHECK (kind IN ('billing', 'shipping')),
    line1          text,
    city           text,
    state          text,
    postcode       text,
    country        text,
    created_on     timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    modified_on    timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    UNIQUE (account_id, kind)
);
CREATE INDEX account_address_modified_on ON account_address (modified_on);

-- The statement's own time, where the ERP takes that of the transaction: both habits are common.
CREATE FUNCTION account_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.account_name := btrim(NEW.account_name);
    NEW.email_address := lower(btrim(NEW.email_address));
    IF TG_OP = 'UPDATE' THEN
        NEW.modified_on := clock_timestamp() AT TIME ZONE 'UTC';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER account_touch BEFORE INSERT OR UPDATE ON account
    FOR EACH ROW EXECUTE FUNCTION account_touch();

CREATE FUNCTION person_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.display_name := btrim(NEW.display_name);
    NEW.email_address := lower(btrim(NEW.email_address));
    IF TG_OP = 'UPDATE' THEN
        NEW.modified_on := clock_timestamp() AT TIME ZONE 'UTC';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER person_touch BEFORE INSERT OR UPDATE ON person
    FOR EACH ROW EXECUTE FUNCTION person_touch();

CREATE FUNCTION account_address_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        NEW.modified_on := clock_timestamp() AT TIME ZONE 'UTC';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER account_address_touch BEFORE INSERT OR UPDATE ON account_address
    FOR EACH ROW EXECUTE FUNCTION account_address_touch();

-- By these words `drop` knows that the tables are the sandbox's and not a company's.
COMMENT ON TABLE account IS 'Sandbox CRM: accounts';
COMMENT ON TABLE person IS 'Sandbox CRM: people of an account';
COMMENT ON TABLE account_address IS 'Sandbox CRM: addresses of an account';
