-- The warranty module of the CRM's vendor.
CREATE TABLE warranty (
    id             uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    erp_number     text,
    reference      text,
    account_id     uuid NOT NULL REFERENCES account,
    status         text NOT NULL CHECK (status IN ('In force', 'Over')),
    starts_on      date NOT NULL,
    ends_on        date,
    modified_on    timestamp NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')
);
CREATE TABLE warranty_line (
    warranty_id    uuid NOT NULL REFERENCES warranty ON DELETE CASCADE,
    line_no        integer NOT NULL,
    product_id     uuid NOT NULL REFERENCES product,
    quantity       numeric(18,6) NOT NULL,
    PRIMARY KEY (warranty_id, line_no)
);
