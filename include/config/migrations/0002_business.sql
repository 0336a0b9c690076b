-- Made by `./concord hub plan` from the model files. Review it, then run `./concord hub migrate`:
-- it is applied once, in one transaction, and not edited after that.

ALTER TABLE "image"."party" ADD COLUMN "terms" jsonb;

ALTER TABLE "image"."party" ADD COLUMN "open_balance" numeric;

ALTER TABLE "image"."party" ADD COLUMN "overdue" numeric;

ALTER TABLE "image"."party" ADD COLUMN "credit_room" numeric;

ALTER TABLE "image"."party" ADD COLUMN "balance_currency" text;

ALTER TABLE "image"."party" ADD COLUMN "last_order_on" date;

ALTER TABLE "image"."party" ADD COLUMN "orders_open" bigint;

CREATE TABLE "image"."party_rules" PARTITION OF "image"."party" FOR VALUES IN ('rules');

-- What a rule gives for a subject
CREATE INDEX ON "image"."party_rules" ((raw ->> '_rule'), (raw ->> '_subject'));

ALTER TABLE "image"."party_history" ADD COLUMN "terms" jsonb;

ALTER TABLE "image"."party_history" ADD COLUMN "open_balance" numeric;

ALTER TABLE "image"."party_history" ADD COLUMN "overdue" numeric;

ALTER TABLE "image"."party_history" ADD COLUMN "credit_room" numeric;

ALTER TABLE "image"."party_history" ADD COLUMN "balance_currency" text;

ALTER TABLE "image"."party_history" ADD COLUMN "last_order_on" date;

ALTER TABLE "image"."party_history" ADD COLUMN "orders_open" bigint;

ALTER TABLE "golden"."party" ADD COLUMN "terms" jsonb;

ALTER TABLE "golden"."party" ADD COLUMN "open_balance" numeric;

ALTER TABLE "golden"."party" ADD COLUMN "overdue" numeric;

ALTER TABLE "golden"."party" ADD COLUMN "credit_room" numeric;

ALTER TABLE "golden"."party" ADD COLUMN "balance_currency" text;

ALTER TABLE "golden"."party" ADD COLUMN "last_order_on" date;

ALTER TABLE "golden"."party" ADD COLUMN "orders_open" bigint;

ALTER TABLE "golden"."party_history" ADD COLUMN "terms" jsonb;

ALTER TABLE "golden"."party_history" ADD COLUMN "open_balance" numeric;

ALTER TABLE "golden"."party_history" ADD COLUMN "overdue" numeric;

ALTER TABLE "golden"."party_history" ADD COLUMN "credit_room" numeric;

ALTER TABLE "golden"."party_history" ADD COLUMN "balance_currency" text;

ALTER TABLE "golden"."party_history" ADD COLUMN "last_order_on" date;

ALTER TABLE "golden"."party_history" ADD COLUMN "orders_open" bigint;

-- The lines of golden documents, one row a line, made anew whenever the document changes
CREATE TABLE "golden"."party_terms" (
    golden_id uuid NOT NULL,
    position  integer NOT NULL,
    "company" text,
    "payment_terms" text,
    "credit_limit" numeric,
    "currency" text,
    PRIMARY KEY (golden_id, position)
);

-- The last known state of every record of every system
CREATE TABLE "image"."product" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "code" text,
    "name" text,
    "kind" text,
    "base_unit" text,
    "status" text,
    "lead_days" bigint,
    "units" jsonb,
    raw         jsonb NOT NULL DEFAULT '{}',
    raw_hash    uuid,
    version     bigint NOT NULL DEFAULT 1,
    changed     jsonb NOT NULL DEFAULT '{}',
    settled     jsonb NOT NULL DEFAULT '{}',
    fixed       text[] NOT NULL DEFAULT '{}',
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    PRIMARY KEY (system, source_id)
) PARTITION BY LIST (system);

CREATE TABLE "image"."product_erp" PARTITION OF "image"."product" FOR VALUES IN ('erp');

CREATE TABLE "image"."product_crm" PARTITION OF "image"."product" FOR VALUES IN ('crm');

CREATE INDEX "product_by_golden_id" ON "image"."product" (golden_id);

CREATE INDEX "product_by_code" ON "image"."product" (ops.fold("code")) WHERE deleted_at IS NULL;

-- States of records that were replaced
CREATE TABLE "image"."product_history" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "code" text,
    "name" text,
    "kind" text,
    "base_unit" text,
    "status" text,
    "lead_days" bigint,
    "units" jsonb,
    raw         jsonb NOT NULL,
    raw_hash    uuid,
    version     bigint NOT NULL,
    changed     jsonb NOT NULL,
    settled     jsonb NOT NULL,
    fixed       text[] NOT NULL,
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "product_history_by_record" ON "image"."product_history" (system, source_id, version);

-- The unified state of each thing
CREATE TABLE "golden"."product" (
    golden_id  uuid PRIMARY KEY,
    "code" text,
    "name" text,
    "kind" text,
    "base_unit" text,
    "status" text,
    "lead_days" bigint,
    "units" jsonb,
    provenance jsonb NOT NULL DEFAULT '{}',
    version    bigint NOT NULL DEFAULT 1,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deleted_at timestamptz
);

CREATE INDEX "product_by_batch_id" ON "golden"."product" (batch_id);

-- Unified states that were replaced
CREATE TABLE "golden"."product_history" (
    golden_id  uuid NOT NULL,
    "code" text,
    "name" text,
    "kind" text,
    "base_unit" text,
    "status" text,
    "lead_days" bigint,
    "units" jsonb,
    provenance jsonb NOT NULL,
    version    bigint NOT NULL,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "product_history_by_golden_id" ON "golden"."product_history" (golden_id, version);

-- The lines of golden documents, one row a line, made anew whenever the document changes
CREATE TABLE "golden"."product_units" (
    golden_id uuid NOT NULL,
    position  integer NOT NULL,
    "unit" text,
    "numerator" bigint,
    "denominator" bigint,
    PRIMARY KEY (golden_id, position)
);

-- The last known state of every record of every system
CREATE TABLE "image"."warehouse" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "code" text,
    "name" text,
    "company" text,
    raw         jsonb NOT NULL DEFAULT '{}',
    raw_hash    uuid,
    version     bigint NOT NULL DEFAULT 1,
    changed     jsonb NOT NULL DEFAULT '{}',
    settled     jsonb NOT NULL DEFAULT '{}',
    fixed       text[] NOT NULL DEFAULT '{}',
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    PRIMARY KEY (system, source_id)
) PARTITION BY LIST (system);

CREATE TABLE "image"."warehouse_erp" PARTITION OF "image"."warehouse" FOR VALUES IN ('erp');

CREATE TABLE "image"."warehouse_crm" PARTITION OF "image"."warehouse" FOR VALUES IN ('crm');

CREATE INDEX "warehouse_by_golden_id" ON "image"."warehouse" (golden_id);

CREATE INDEX "warehouse_by_code" ON "image"."warehouse" (ops.fold("code")) WHERE deleted_at IS NULL;

-- States of records that were replaced
CREATE TABLE "image"."warehouse_history" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "code" text,
    "name" text,
    "company" text,
    raw         jsonb NOT NULL,
    raw_hash    uuid,
    version     bigint NOT NULL,
    changed     jsonb NOT NULL,
    settled     jsonb NOT NULL,
    fixed       text[] NOT NULL,
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "warehouse_history_by_record" ON "image"."warehouse_history" (system, source_id, version);

-- The unified state of each thing
CREATE TABLE "golden"."warehouse" (
    golden_id  uuid PRIMARY KEY,
    "code" text,
    "name" text,
    "company" text,
    provenance jsonb NOT NULL DEFAULT '{}',
    version    bigint NOT NULL DEFAULT 1,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deleted_at timestamptz
);

CREATE INDEX "warehouse_by_batch_id" ON "golden"."warehouse" (batch_id);

-- Unified states that were replaced
CREATE TABLE "golden"."warehouse_history" (
    golden_id  uuid NOT NULL,
    "code" text,
    "name" text,
    "company" text,
    provenance jsonb NOT NULL,
    version    bigint NOT NULL,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "warehouse_history_by_golden_id" ON "golden"."warehouse_history" (golden_id, version);

-- The last known state of every record of every system
CREATE TABLE "image"."exchange_rate" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "currency" text,
    "valid_from" date,
    "rate" numeric,
    raw         jsonb NOT NULL DEFAULT '{}',
    raw_hash    uuid,
    version     bigint NOT NULL DEFAULT 1,
    changed     jsonb NOT NULL DEFAULT '{}',
    settled     jsonb NOT NULL DEFAULT '{}',
    fixed       text[] NOT NULL DEFAULT '{}',
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    PRIMARY KEY (system, source_id)
) PARTITION BY LIST (system);

CREATE TABLE "image"."exchange_rate_erp" PARTITION OF "image"."exchange_rate" FOR VALUES IN ('erp');

CREATE INDEX "exchange_rate_by_golden_id" ON "image"."exchange_rate" (golden_id);

CREATE INDEX "exchange_rate_by_currency_valid_from" ON "image"."exchange_rate" (ops.fold("currency"), "valid_from") WHERE deleted_at IS NULL;

-- States of records that were replaced
CREATE TABLE "image"."exchange_rate_history" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "currency" text,
    "valid_from" date,
    "rate" numeric,
    raw         jsonb NOT NULL,
    raw_hash    uuid,
    version     bigint NOT NULL,
    changed     jsonb NOT NULL,
    settled     jsonb NOT NULL,
    fixed       text[] NOT NULL,
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "exchange_rate_history_by_record" ON "image"."exchange_rate_history" (system, source_id, version);

-- The unified state of each thing
CREATE TABLE "golden"."exchange_rate" (
    golden_id  uuid PRIMARY KEY,
    "currency" text,
    "valid_from" date,
    "rate" numeric,
    provenance jsonb NOT NULL DEFAULT '{}',
    version    bigint NOT NULL DEFAULT 1,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deleted_at timestamptz
);

CREATE INDEX "exchange_rate_by_batch_id" ON "golden"."exchange_rate" (batch_id);

-- Unified states that were replaced
CREATE TABLE "golden"."exchange_rate_history" (
    golden_id  uuid NOT NULL,
    "currency" text,
    "valid_from" date,
    "rate" numeric,
    provenance jsonb NOT NULL,
    version    bigint NOT NULL,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "exchange_rate_history_by_golden_id" ON "golden"."exchange_rate_history" (golden_id, version);

-- The last known state of every record of every system
CREATE TABLE "image"."lead" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "number" text,
    "company_name" text,
    "person" text,
    "tax_id" text,
    "country" text,
    "phone" text,
    "email" text,
    "status" text,
    "source" text,
    raw         jsonb NOT NULL DEFAULT '{}',
    raw_hash    uuid,
    version     bigint NOT NULL DEFAULT 1,
    changed     jsonb NOT NULL DEFAULT '{}',
    settled     jsonb NOT NULL DEFAULT '{}',
    fixed       text[] NOT NULL DEFAULT '{}',
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    PRIMARY KEY (system, source_id)
) PARTITION BY LIST (system);

CREATE TABLE "image"."lead_crm" PARTITION OF "image"."lead" FOR VALUES IN ('crm');

CREATE INDEX "lead_by_golden_id" ON "image"."lead" (golden_id);

CREATE INDEX "lead_by_number" ON "image"."lead" (ops.fold("number")) WHERE deleted_at IS NULL;

-- States of records that were replaced
CREATE TABLE "image"."lead_history" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "number" text,
    "company_name" text,
    "person" text,
    "tax_id" text,
    "country" text,
    "phone" text,
    "email" text,
    "status" text,
    "source" text,
    raw         jsonb NOT NULL,
    raw_hash    uuid,
    version     bigint NOT NULL,
    changed     jsonb NOT NULL,
    settled     jsonb NOT NULL,
    fixed       text[] NOT NULL,
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "lead_history_by_record" ON "image"."lead_history" (system, source_id, version);

-- The unified state of each thing
CREATE TABLE "golden"."lead" (
    golden_id  uuid PRIMARY KEY,
    "number" text,
    "company_name" text,
    "person" text,
    "tax_id" text,
    "country" text,
    "phone" text,
    "email" text,
    "status" text,
    "source" text,
    provenance jsonb NOT NULL DEFAULT '{}',
    version    bigint NOT NULL DEFAULT 1,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deleted_at timestamptz
);

CREATE INDEX "lead_by_batch_id" ON "golden"."lead" (batch_id);

-- Unified states that were replaced
CREATE TABLE "golden"."lead_history" (
    golden_id  uuid NOT NULL,
    "number" text,
    "company_name" text,
    "person" text,
    "tax_id" text,
    "country" text,
    "phone" text,
    "email" text,
    "status" text,
    "source" text,
    provenance jsonb NOT NULL,
    version    bigint NOT NULL,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "lead_history_by_golden_id" ON "golden"."lead_history" (golden_id, version);

-- The last known state of every record of every system
CREATE TABLE "image"."price_list" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "code" text,
    "name" text,
    "company" text,
    "currency" text,
    raw         jsonb NOT NULL DEFAULT '{}',
    raw_hash    uuid,
    version     bigint NOT NULL DEFAULT 1,
    changed     jsonb NOT NULL DEFAULT '{}',
    settled     jsonb NOT NULL DEFAULT '{}',
    fixed       text[] NOT NULL DEFAULT '{}',
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    PRIMARY KEY (system, source_id)
) PARTITION BY LIST (system);

CREATE TABLE "image"."price_list_erp" PARTITION OF "image"."price_list" FOR VALUES IN ('erp');

CREATE TABLE "image"."price_list_crm" PARTITION OF "image"."price_list" FOR VALUES IN ('crm');

CREATE INDEX "price_list_by_golden_id" ON "image"."price_list" (golden_id);

CREATE INDEX "price_list_by_code" ON "image"."price_list" (ops.fold("code")) WHERE deleted_at IS NULL;

-- States of records that were replaced
CREATE TABLE "image"."price_list_history" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "code" text,
    "name" text,
    "company" text,
    "currency" text,
    raw         jsonb NOT NULL,
    raw_hash    uuid,
    version     bigint NOT NULL,
    changed     jsonb NOT NULL,
    settled     jsonb NOT NULL,
    fixed       text[] NOT NULL,
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "price_list_history_by_record" ON "image"."price_list_history" (system, source_id, version);

-- The unified state of each thing
CREATE TABLE "golden"."price_list" (
    golden_id  uuid PRIMARY KEY,
    "code" text,
    "name" text,
    "company" text,
    "currency" text,
    provenance jsonb NOT NULL DEFAULT '{}',
    version    bigint NOT NULL DEFAULT 1,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deleted_at timestamptz
);

CREATE INDEX "price_list_by_batch_id" ON "golden"."price_list" (batch_id);

-- Unified states that were replaced
CREATE TABLE "golden"."price_list_history" (
    golden_id  uuid NOT NULL,
    "code" text,
    "name" text,
    "company" text,
    "currency" text,
    provenance jsonb NOT NULL,
    version    bigint NOT NULL,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "price_list_history_by_golden_id" ON "golden"."price_list_history" (golden_id, version);

CREATE TABLE "image"."contact_rules" PARTITION OF "image"."contact" FOR VALUES IN ('rules');

-- What a rule gives for a subject
CREATE INDEX ON "image"."contact_rules" ((raw ->> '_rule'), (raw ->> '_subject'));

-- The last known state of every record of every system
CREATE TABLE "image"."contract" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "number" text,
    "name" text,
    "party" uuid,
    "company" text,
    "lifecycle" text,
    "signed_on" date,
    "ends_on" date,
    "amount" numeric,
    "currency" text,
    "settlement" text,
    "invoiced" numeric,
    "settled_amount" numeric,
    raw         jsonb NOT NULL DEFAULT '{}',
    raw_hash    uuid,
    version     bigint NOT NULL DEFAULT 1,
    changed     jsonb NOT NULL DEFAULT '{}',
    settled     jsonb NOT NULL DEFAULT '{}',
    fixed       text[] NOT NULL DEFAULT '{}',
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    PRIMARY KEY (system, source_id)
) PARTITION BY LIST (system);

CREATE TABLE "image"."contract_erp" PARTITION OF "image"."contract" FOR VALUES IN ('erp');

CREATE TABLE "image"."contract_crm" PARTITION OF "image"."contract" FOR VALUES IN ('crm');

CREATE TABLE "image"."contract_rules" PARTITION OF "image"."contract" FOR VALUES IN ('rules');

-- What a rule gives for a subject
CREATE INDEX ON "image"."contract_rules" ((raw ->> '_rule'), (raw ->> '_subject'));

CREATE INDEX "contract_by_golden_id" ON "image"."contract" (golden_id);

CREATE INDEX "contract_by_number" ON "image"."contract" (ops.fold("number")) WHERE deleted_at IS NULL;

CREATE INDEX "contract_by_party" ON "image"."contract" ("party");

-- States of records that were replaced
CREATE TABLE "image"."contract_history" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "number" text,
    "name" text,
    "party" uuid,
    "company" text,
    "lifecycle" text,
    "signed_on" date,
    "ends_on" date,
    "amount" numeric,
    "currency" text,
    "settlement" text,
    "invoiced" numeric,
    "settled_amount" numeric,
    raw         jsonb NOT NULL,
    raw_hash    uuid,
    version     bigint NOT NULL,
    changed     jsonb NOT NULL,
    settled     jsonb NOT NULL,
    fixed       text[] NOT NULL,
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "contract_history_by_record" ON "image"."contract_history" (system, source_id, version);

-- The unified state of each thing
CREATE TABLE "golden"."contract" (
    golden_id  uuid PRIMARY KEY,
    "number" text,
    "name" text,
    "party" uuid,
    "company" text,
    "lifecycle" text,
    "signed_on" date,
    "ends_on" date,
    "amount" numeric,
    "currency" text,
    "settlement" text,
    "invoiced" numeric,
    "settled_amount" numeric,
    provenance jsonb NOT NULL DEFAULT '{}',
    version    bigint NOT NULL DEFAULT 1,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deleted_at timestamptz
);

CREATE INDEX "contract_by_batch_id" ON "golden"."contract" (batch_id);

CREATE INDEX "contract_by_party" ON "golden"."contract" ("party");

-- Unified states that were replaced
CREATE TABLE "golden"."contract_history" (
    golden_id  uuid NOT NULL,
    "number" text,
    "name" text,
    "party" uuid,
    "company" text,
    "lifecycle" text,
    "signed_on" date,
    "ends_on" date,
    "amount" numeric,
    "currency" text,
    "settlement" text,
    "invoiced" numeric,
    "settled_amount" numeric,
    provenance jsonb NOT NULL,
    version    bigint NOT NULL,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "contract_history_by_golden_id" ON "golden"."contract_history" (golden_id, version);

-- The last known state of every record of every system
CREATE TABLE "image"."bill_of_materials" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "number" text,
    "product" uuid,
    "makes" numeric,
    "status" text,
    "valid_from" date,
    "lines" jsonb,
    raw         jsonb NOT NULL DEFAULT '{}',
    raw_hash    uuid,
    version     bigint NOT NULL DEFAULT 1,
    changed     jsonb NOT NULL DEFAULT '{}',
    settled     jsonb NOT NULL DEFAULT '{}',
    fixed       text[] NOT NULL DEFAULT '{}',
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    PRIMARY KEY (system, source_id)
) PARTITION BY LIST (system);

CREATE TABLE "image"."bill_of_materials_erp" PARTITION OF "image"."bill_of_materials" FOR VALUES IN ('erp');

CREATE INDEX "bill_of_materials_by_golden_id" ON "image"."bill_of_materials" (golden_id);

CREATE INDEX "bill_of_materials_by_number" ON "image"."bill_of_materials" (ops.fold("number")) WHERE deleted_at IS NULL;

CREATE INDEX "bill_of_materials_by_product" ON "image"."bill_of_materials" ("product");

CREATE INDEX "bill_of_materials_by_lines" ON "image"."bill_of_materials" USING gin ("lines" jsonb_path_ops);

-- States of records that were replaced
CREATE TABLE "image"."bill_of_materials_history" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "number" text,
    "product" uuid,
    "makes" numeric,
    "status" text,
    "valid_from" date,
    "lines" jsonb,
    raw         jsonb NOT NULL,
    raw_hash    uuid,
    version     bigint NOT NULL,
    changed     jsonb NOT NULL,
    settled     jsonb NOT NULL,
    fixed       text[] NOT NULL,
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "bill_of_materials_history_by_record" ON "image"."bill_of_materials_history" (system, source_id, version);

-- The unified state of each thing
CREATE TABLE "golden"."bill_of_materials" (
    golden_id  uuid PRIMARY KEY,
    "number" text,
    "product" uuid,
    "makes" numeric,
    "status" text,
    "valid_from" date,
    "lines" jsonb,
    provenance jsonb NOT NULL DEFAULT '{}',
    version    bigint NOT NULL DEFAULT 1,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deleted_at timestamptz
);

CREATE INDEX "bill_of_materials_by_batch_id" ON "golden"."bill_of_materials" (batch_id);

CREATE INDEX "bill_of_materials_by_product" ON "golden"."bill_of_materials" ("product");

-- Unified states that were replaced
CREATE TABLE "golden"."bill_of_materials_history" (
    golden_id  uuid NOT NULL,
    "number" text,
    "product" uuid,
    "makes" numeric,
    "status" text,
    "valid_from" date,
    "lines" jsonb,
    provenance jsonb NOT NULL,
    version    bigint NOT NULL,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "bill_of_materials_history_by_golden_id" ON "golden"."bill_of_materials_history" (golden_id, version);

-- The lines of golden documents, one row a line, made anew whenever the document changes
CREATE TABLE "golden"."bill_of_materials_lines" (
    golden_id uuid NOT NULL,
    position  integer NOT NULL,
    "line_no" bigint,
    "product" uuid,
    "quantity" numeric,
    "unit" text,
    PRIMARY KEY (golden_id, position)
);

CREATE INDEX "bill_of_materials_lines_by_product" ON "golden"."bill_of_materials_lines" ("product");

-- The last known state of every record of every system
CREATE TABLE "image"."availability" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "product" uuid,
    "warehouse" uuid,
    "on_hand" numeric,
    "reserved" numeric,
    "promised" numeric,
    "inbound" numeric,
    "available" numeric,
    "counted_to" bigint,
    "as_of" timestamptz,
    "schedule" jsonb,
    raw         jsonb NOT NULL DEFAULT '{}',
    raw_hash    uuid,
    version     bigint NOT NULL DEFAULT 1,
    changed     jsonb NOT NULL DEFAULT '{}',
    settled     jsonb NOT NULL DEFAULT '{}',
    fixed       text[] NOT NULL DEFAULT '{}',
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    PRIMARY KEY (system, source_id)
) PARTITION BY LIST (system);

CREATE TABLE "image"."availability_crm" PARTITION OF "image"."availability" FOR VALUES IN ('crm');

CREATE TABLE "image"."availability_rules" PARTITION OF "image"."availability" FOR VALUES IN ('rules');

-- What a rule gives for a subject
CREATE INDEX ON "image"."availability_rules" ((raw ->> '_rule'), (raw ->> '_subject'));

CREATE INDEX "availability_by_golden_id" ON "image"."availability" (golden_id);

CREATE INDEX "availability_by_product_warehouse" ON "image"."availability" ("product", "warehouse") WHERE deleted_at IS NULL;

CREATE INDEX "availability_by_warehouse" ON "image"."availability" ("warehouse");

-- States of records that were replaced
CREATE TABLE "image"."availability_history" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "product" uuid,
    "warehouse" uuid,
    "on_hand" numeric,
    "reserved" numeric,
    "promised" numeric,
    "inbound" numeric,
    "available" numeric,
    "counted_to" bigint,
    "as_of" timestamptz,
    "schedule" jsonb,
    raw         jsonb NOT NULL,
    raw_hash    uuid,
    version     bigint NOT NULL,
    changed     jsonb NOT NULL,
    settled     jsonb NOT NULL,
    fixed       text[] NOT NULL,
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "availability_history_by_record" ON "image"."availability_history" (system, source_id, version);

-- The unified state of each thing
CREATE TABLE "golden"."availability" (
    golden_id  uuid PRIMARY KEY,
    "product" uuid,
    "warehouse" uuid,
    "on_hand" numeric,
    "reserved" numeric,
    "promised" numeric,
    "inbound" numeric,
    "available" numeric,
    "counted_to" bigint,
    "as_of" timestamptz,
    "schedule" jsonb,
    provenance jsonb NOT NULL DEFAULT '{}',
    version    bigint NOT NULL DEFAULT 1,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deleted_at timestamptz
);

CREATE INDEX "availability_by_batch_id" ON "golden"."availability" (batch_id);

CREATE INDEX "availability_by_product" ON "golden"."availability" ("product");

CREATE INDEX "availability_by_warehouse" ON "golden"."availability" ("warehouse");

-- Unified states that were replaced
CREATE TABLE "golden"."availability_history" (
    golden_id  uuid NOT NULL,
    "product" uuid,
    "warehouse" uuid,
    "on_hand" numeric,
    "reserved" numeric,
    "promised" numeric,
    "inbound" numeric,
    "available" numeric,
    "counted_to" bigint,
    "as_of" timestamptz,
    "schedule" jsonb,
    provenance jsonb NOT NULL,
    version    bigint NOT NULL,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "availability_history_by_golden_id" ON "golden"."availability_history" (golden_id, version);

-- The lines of golden documents, one row a line, made anew whenever the document changes
CREATE TABLE "golden"."availability_schedule" (
    golden_id uuid NOT NULL,
    position  integer NOT NULL,
    "due_on" date,
    "inbound" numeric,
    "available" numeric,
    PRIMARY KEY (golden_id, position)
);

-- The last known state of every record of every system
CREATE TABLE "image"."inbound" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "number" text,
    "product" uuid,
    "warehouse" uuid,
    "quantity" numeric,
    "due_on" date,
    "status" text,
    "source" text,
    raw         jsonb NOT NULL DEFAULT '{}',
    raw_hash    uuid,
    version     bigint NOT NULL DEFAULT 1,
    changed     jsonb NOT NULL DEFAULT '{}',
    settled     jsonb NOT NULL DEFAULT '{}',
    fixed       text[] NOT NULL DEFAULT '{}',
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    PRIMARY KEY (system, source_id)
) PARTITION BY LIST (system);

CREATE TABLE "image"."inbound_erp" PARTITION OF "image"."inbound" FOR VALUES IN ('erp');

CREATE INDEX "inbound_by_golden_id" ON "image"."inbound" (golden_id);

CREATE INDEX "inbound_by_number" ON "image"."inbound" (ops.fold("number")) WHERE deleted_at IS NULL;

CREATE INDEX "inbound_by_product" ON "image"."inbound" ("product");

CREATE INDEX "inbound_by_warehouse" ON "image"."inbound" ("warehouse");

-- States of records that were replaced
CREATE TABLE "image"."inbound_history" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "number" text,
    "product" uuid,
    "warehouse" uuid,
    "quantity" numeric,
    "due_on" date,
    "status" text,
    "source" text,
    raw         jsonb NOT NULL,
    raw_hash    uuid,
    version     bigint NOT NULL,
    changed     jsonb NOT NULL,
    settled     jsonb NOT NULL,
    fixed       text[] NOT NULL,
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "inbound_history_by_record" ON "image"."inbound_history" (system, source_id, version);

-- The unified state of each thing
CREATE TABLE "golden"."inbound" (
    golden_id  uuid PRIMARY KEY,
    "number" text,
    "product" uuid,
    "warehouse" uuid,
    "quantity" numeric,
    "due_on" date,
    "status" text,
    "source" text,
    provenance jsonb NOT NULL DEFAULT '{}',
    version    bigint NOT NULL DEFAULT 1,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deleted_at timestamptz
);

CREATE INDEX "inbound_by_batch_id" ON "golden"."inbound" (batch_id);

CREATE INDEX "inbound_by_product" ON "golden"."inbound" ("product");

CREATE INDEX "inbound_by_warehouse" ON "golden"."inbound" ("warehouse");

-- Unified states that were replaced
CREATE TABLE "golden"."inbound_history" (
    golden_id  uuid NOT NULL,
    "number" text,
    "product" uuid,
    "warehouse" uuid,
    "quantity" numeric,
    "due_on" date,
    "status" text,
    "source" text,
    provenance jsonb NOT NULL,
    version    bigint NOT NULL,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "inbound_history_by_golden_id" ON "golden"."inbound_history" (golden_id, version);

-- The last known state of every record of every system
CREATE TABLE "image"."stock_level" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "product" uuid,
    "warehouse" uuid,
    "on_hand" numeric,
    "reserved" numeric,
    raw         jsonb NOT NULL DEFAULT '{}',
    raw_hash    uuid,
    version     bigint NOT NULL DEFAULT 1,
    changed     jsonb NOT NULL DEFAULT '{}',
    settled     jsonb NOT NULL DEFAULT '{}',
    fixed       text[] NOT NULL DEFAULT '{}',
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    PRIMARY KEY (system, source_id)
) PARTITION BY LIST (system);

CREATE TABLE "image"."stock_level_erp" PARTITION OF "image"."stock_level" FOR VALUES IN ('erp');

CREATE INDEX "stock_level_by_golden_id" ON "image"."stock_level" (golden_id);

CREATE INDEX "stock_level_by_product_warehouse" ON "image"."stock_level" ("product", "warehouse") WHERE deleted_at IS NULL;

CREATE INDEX "stock_level_by_warehouse" ON "image"."stock_level" ("warehouse");

-- States of records that were replaced
CREATE TABLE "image"."stock_level_history" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "product" uuid,
    "warehouse" uuid,
    "on_hand" numeric,
    "reserved" numeric,
    raw         jsonb NOT NULL,
    raw_hash    uuid,
    version     bigint NOT NULL,
    changed     jsonb NOT NULL,
    settled     jsonb NOT NULL,
    fixed       text[] NOT NULL,
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "stock_level_history_by_record" ON "image"."stock_level_history" (system, source_id, version);

-- The unified state of each thing
CREATE TABLE "golden"."stock_level" (
    golden_id  uuid PRIMARY KEY,
    "product" uuid,
    "warehouse" uuid,
    "on_hand" numeric,
    "reserved" numeric,
    provenance jsonb NOT NULL DEFAULT '{}',
    version    bigint NOT NULL DEFAULT 1,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deleted_at timestamptz
);

CREATE INDEX "stock_level_by_batch_id" ON "golden"."stock_level" (batch_id);

CREATE INDEX "stock_level_by_product" ON "golden"."stock_level" ("product");

CREATE INDEX "stock_level_by_warehouse" ON "golden"."stock_level" ("warehouse");

-- Unified states that were replaced
CREATE TABLE "golden"."stock_level_history" (
    golden_id  uuid NOT NULL,
    "product" uuid,
    "warehouse" uuid,
    "on_hand" numeric,
    "reserved" numeric,
    provenance jsonb NOT NULL,
    version    bigint NOT NULL,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "stock_level_history_by_golden_id" ON "golden"."stock_level_history" (golden_id, version);

-- The last known state of every record of every system
CREATE TABLE "image"."opportunity" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "number" text,
    "name" text,
    "party" uuid,
    "lead" uuid,
    "company" text,
    "warehouse" uuid,
    "stage" text,
    "closes_on" date,
    "currency" text,
    "amount" numeric,
    "lines" jsonb,
    raw         jsonb NOT NULL DEFAULT '{}',
    raw_hash    uuid,
    version     bigint NOT NULL DEFAULT 1,
    changed     jsonb NOT NULL DEFAULT '{}',
    settled     jsonb NOT NULL DEFAULT '{}',
    fixed       text[] NOT NULL DEFAULT '{}',
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    PRIMARY KEY (system, source_id)
) PARTITION BY LIST (system);

CREATE TABLE "image"."opportunity_crm" PARTITION OF "image"."opportunity" FOR VALUES IN ('crm');

CREATE INDEX "opportunity_by_golden_id" ON "image"."opportunity" (golden_id);

CREATE INDEX "opportunity_by_number" ON "image"."opportunity" (ops.fold("number")) WHERE deleted_at IS NULL;

CREATE INDEX "opportunity_by_party" ON "image"."opportunity" ("party");

CREATE INDEX "opportunity_by_lead" ON "image"."opportunity" ("lead");

CREATE INDEX "opportunity_by_warehouse" ON "image"."opportunity" ("warehouse");

CREATE INDEX "opportunity_by_lines" ON "image"."opportunity" USING gin ("lines" jsonb_path_ops);

-- States of records that were replaced
CREATE TABLE "image"."opportunity_history" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "number" text,
    "name" text,
    "party" uuid,
    "lead" uuid,
    "company" text,
    "warehouse" uuid,
    "stage" text,
    "closes_on" date,
    "currency" text,
    "amount" numeric,
    "lines" jsonb,
    raw         jsonb NOT NULL,
    raw_hash    uuid,
    version     bigint NOT NULL,
    changed     jsonb NOT NULL,
    settled     jsonb NOT NULL,
    fixed       text[] NOT NULL,
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "opportunity_history_by_record" ON "image"."opportunity_history" (system, source_id, version);

-- The unified state of each thing
CREATE TABLE "golden"."opportunity" (
    golden_id  uuid PRIMARY KEY,
    "number" text,
    "name" text,
    "party" uuid,
    "lead" uuid,
    "company" text,
    "warehouse" uuid,
    "stage" text,
    "closes_on" date,
    "currency" text,
    "amount" numeric,
    "lines" jsonb,
    provenance jsonb NOT NULL DEFAULT '{}',
    version    bigint NOT NULL DEFAULT 1,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deleted_at timestamptz
);

CREATE INDEX "opportunity_by_batch_id" ON "golden"."opportunity" (batch_id);

CREATE INDEX "opportunity_by_party" ON "golden"."opportunity" ("party");

CREATE INDEX "opportunity_by_lead" ON "golden"."opportunity" ("lead");

CREATE INDEX "opportunity_by_warehouse" ON "golden"."opportunity" ("warehouse");

-- Unified states that were replaced
CREATE TABLE "golden"."opportunity_history" (
    golden_id  uuid NOT NULL,
    "number" text,
    "name" text,
    "party" uuid,
    "lead" uuid,
    "company" text,
    "warehouse" uuid,
    "stage" text,
    "closes_on" date,
    "currency" text,
    "amount" numeric,
    "lines" jsonb,
    provenance jsonb NOT NULL,
    version    bigint NOT NULL,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "opportunity_history_by_golden_id" ON "golden"."opportunity_history" (golden_id, version);

-- The lines of golden documents, one row a line, made anew whenever the document changes
CREATE TABLE "golden"."opportunity_lines" (
    golden_id uuid NOT NULL,
    position  integer NOT NULL,
    "line_no" bigint,
    "product" uuid,
    "quantity" numeric,
    "unit" text,
    "price" numeric,
    PRIMARY KEY (golden_id, position)
);

CREATE INDEX "opportunity_lines_by_product" ON "golden"."opportunity_lines" ("product");

-- The last known state of every record of every system
CREATE TABLE "image"."price" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "price_list" uuid,
    "product" uuid,
    "unit" text,
    "min_quantity" numeric,
    "valid_from" date,
    "valid_to" date,
    "price" numeric,
    "currency" text,
    raw         jsonb NOT NULL DEFAULT '{}',
    raw_hash    uuid,
    version     bigint NOT NULL DEFAULT 1,
    changed     jsonb NOT NULL DEFAULT '{}',
    settled     jsonb NOT NULL DEFAULT '{}',
    fixed       text[] NOT NULL DEFAULT '{}',
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    PRIMARY KEY (system, source_id)
) PARTITION BY LIST (system);

CREATE TABLE "image"."price_erp" PARTITION OF "image"."price" FOR VALUES IN ('erp');

CREATE TABLE "image"."price_crm" PARTITION OF "image"."price" FOR VALUES IN ('crm');

CREATE INDEX "price_by_golden_id" ON "image"."price" (golden_id);

CREATE INDEX "price_by_price_list_product_unit_min_quantity_valid_from" ON "image"."price" ("price_list", "product", ops.fold("unit"), "min_quantity", "valid_from") WHERE deleted_at IS NULL;

CREATE INDEX "price_by_product" ON "image"."price" ("product");

-- States of records that were replaced
CREATE TABLE "image"."price_history" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "price_list" uuid,
    "product" uuid,
    "unit" text,
    "min_quantity" numeric,
    "valid_from" date,
    "valid_to" date,
    "price" numeric,
    "currency" text,
    raw         jsonb NOT NULL,
    raw_hash    uuid,
    version     bigint NOT NULL,
    changed     jsonb NOT NULL,
    settled     jsonb NOT NULL,
    fixed       text[] NOT NULL,
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "price_history_by_record" ON "image"."price_history" (system, source_id, version);

-- The unified state of each thing
CREATE TABLE "golden"."price" (
    golden_id  uuid PRIMARY KEY,
    "price_list" uuid,
    "product" uuid,
    "unit" text,
    "min_quantity" numeric,
    "valid_from" date,
    "valid_to" date,
    "price" numeric,
    "currency" text,
    provenance jsonb NOT NULL DEFAULT '{}',
    version    bigint NOT NULL DEFAULT 1,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deleted_at timestamptz
);

CREATE INDEX "price_by_batch_id" ON "golden"."price" (batch_id);

CREATE INDEX "price_by_price_list" ON "golden"."price" ("price_list");

CREATE INDEX "price_by_product" ON "golden"."price" ("product");

-- Unified states that were replaced
CREATE TABLE "golden"."price_history" (
    golden_id  uuid NOT NULL,
    "price_list" uuid,
    "product" uuid,
    "unit" text,
    "min_quantity" numeric,
    "valid_from" date,
    "valid_to" date,
    "price" numeric,
    "currency" text,
    provenance jsonb NOT NULL,
    version    bigint NOT NULL,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "price_history_by_golden_id" ON "golden"."price_history" (golden_id, version);

-- The last known state of every record of every system
CREATE TABLE "image"."quote" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "number" text,
    "opportunity" uuid,
    "party" uuid,
    "company" text,
    "warehouse" uuid,
    "status" text,
    "valid_until" date,
    "currency" text,
    "lines" jsonb,
    raw         jsonb NOT NULL DEFAULT '{}',
    raw_hash    uuid,
    version     bigint NOT NULL DEFAULT 1,
    changed     jsonb NOT NULL DEFAULT '{}',
    settled     jsonb NOT NULL DEFAULT '{}',
    fixed       text[] NOT NULL DEFAULT '{}',
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    PRIMARY KEY (system, source_id)
) PARTITION BY LIST (system);

CREATE TABLE "image"."quote_crm" PARTITION OF "image"."quote" FOR VALUES IN ('crm');

CREATE INDEX "quote_by_golden_id" ON "image"."quote" (golden_id);

CREATE INDEX "quote_by_number" ON "image"."quote" (ops.fold("number")) WHERE deleted_at IS NULL;

CREATE INDEX "quote_by_opportunity" ON "image"."quote" ("opportunity");

CREATE INDEX "quote_by_party" ON "image"."quote" ("party");

CREATE INDEX "quote_by_warehouse" ON "image"."quote" ("warehouse");

CREATE INDEX "quote_by_lines" ON "image"."quote" USING gin ("lines" jsonb_path_ops);

-- States of records that were replaced
CREATE TABLE "image"."quote_history" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "number" text,
    "opportunity" uuid,
    "party" uuid,
    "company" text,
    "warehouse" uuid,
    "status" text,
    "valid_until" date,
    "currency" text,
    "lines" jsonb,
    raw         jsonb NOT NULL,
    raw_hash    uuid,
    version     bigint NOT NULL,
    changed     jsonb NOT NULL,
    settled     jsonb NOT NULL,
    fixed       text[] NOT NULL,
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "quote_history_by_record" ON "image"."quote_history" (system, source_id, version);

-- The unified state of each thing
CREATE TABLE "golden"."quote" (
    golden_id  uuid PRIMARY KEY,
    "number" text,
    "opportunity" uuid,
    "party" uuid,
    "company" text,
    "warehouse" uuid,
    "status" text,
    "valid_until" date,
    "currency" text,
    "lines" jsonb,
    provenance jsonb NOT NULL DEFAULT '{}',
    version    bigint NOT NULL DEFAULT 1,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deleted_at timestamptz
);

CREATE INDEX "quote_by_batch_id" ON "golden"."quote" (batch_id);

CREATE INDEX "quote_by_opportunity" ON "golden"."quote" ("opportunity");

CREATE INDEX "quote_by_party" ON "golden"."quote" ("party");

CREATE INDEX "quote_by_warehouse" ON "golden"."quote" ("warehouse");

-- Unified states that were replaced
CREATE TABLE "golden"."quote_history" (
    golden_id  uuid NOT NULL,
    "number" text,
    "opportunity" uuid,
    "party" uuid,
    "company" text,
    "warehouse" uuid,
    "status" text,
    "valid_until" date,
    "currency" text,
    "lines" jsonb,
    provenance jsonb NOT NULL,
    version    bigint NOT NULL,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "quote_history_by_golden_id" ON "golden"."quote_history" (golden_id, version);

-- The lines of golden documents, one row a line, made anew whenever the document changes
CREATE TABLE "golden"."quote_lines" (
    golden_id uuid NOT NULL,
    position  integer NOT NULL,
    "line_no" bigint,
    "product" uuid,
    "quantity" numeric,
    "unit" text,
    "price" numeric,
    PRIMARY KEY (golden_id, position)
);

CREATE INDEX "quote_lines_by_product" ON "golden"."quote_lines" ("product");

-- The last known state of every record of every system
CREATE TABLE "image"."sales_order" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "number" text,
    "reference" text,
    "party" uuid,
    "company" text,
    "warehouse" uuid,
    "contract" uuid,
    "opportunity" uuid,
    "quote" uuid,
    "ordered_on" date,
    "requested_on" date,
    "lifecycle" text,
    "delivery" text,
    "billing" text,
    "payment" text,
    "hold" text,
    "currency" text,
    "rate" numeric,
    "net" numeric,
    "tax" numeric,
    "total" numeric,
    "lines" jsonb,
    "progress" jsonb,
    raw         jsonb NOT NULL DEFAULT '{}',
    raw_hash    uuid,
    version     bigint NOT NULL DEFAULT 1,
    changed     jsonb NOT NULL DEFAULT '{}',
    settled     jsonb NOT NULL DEFAULT '{}',
    fixed       text[] NOT NULL DEFAULT '{}',
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    PRIMARY KEY (system, source_id)
) PARTITION BY LIST (system);

CREATE TABLE "image"."sales_order_erp" PARTITION OF "image"."sales_order" FOR VALUES IN ('erp');

CREATE TABLE "image"."sales_order_crm" PARTITION OF "image"."sales_order" FOR VALUES IN ('crm');

CREATE TABLE "image"."sales_order_rules" PARTITION OF "image"."sales_order" FOR VALUES IN ('rules');

-- What a rule gives for a subject
CREATE INDEX ON "image"."sales_order_rules" ((raw ->> '_rule'), (raw ->> '_subject'));

CREATE INDEX "sales_order_by_golden_id" ON "image"."sales_order" (golden_id);

CREATE INDEX "sales_order_by_number" ON "image"."sales_order" (ops.fold("number")) WHERE deleted_at IS NULL;

CREATE INDEX "sales_order_by_reference" ON "image"."sales_order" (ops.fold("reference")) WHERE deleted_at IS NULL;

CREATE INDEX "sales_order_by_party" ON "image"."sales_order" ("party");

CREATE INDEX "sales_order_by_warehouse" ON "image"."sales_order" ("warehouse");

CREATE INDEX "sales_order_by_contract" ON "image"."sales_order" ("contract");

CREATE INDEX "sales_order_by_opportunity" ON "image"."sales_order" ("opportunity");

CREATE INDEX "sales_order_by_quote" ON "image"."sales_order" ("quote");

CREATE INDEX "sales_order_by_lines" ON "image"."sales_order" USING gin ("lines" jsonb_path_ops);

-- States of records that were replaced
CREATE TABLE "image"."sales_order_history" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "number" text,
    "reference" text,
    "party" uuid,
    "company" text,
    "warehouse" uuid,
    "contract" uuid,
    "opportunity" uuid,
    "quote" uuid,
    "ordered_on" date,
    "requested_on" date,
    "lifecycle" text,
    "delivery" text,
    "billing" text,
    "payment" text,
    "hold" text,
    "currency" text,
    "rate" numeric,
    "net" numeric,
    "tax" numeric,
    "total" numeric,
    "lines" jsonb,
    "progress" jsonb,
    raw         jsonb NOT NULL,
    raw_hash    uuid,
    version     bigint NOT NULL,
    changed     jsonb NOT NULL,
    settled     jsonb NOT NULL,
    fixed       text[] NOT NULL,
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "sales_order_history_by_record" ON "image"."sales_order_history" (system, source_id, version);

-- The unified state of each thing
CREATE TABLE "golden"."sales_order" (
    golden_id  uuid PRIMARY KEY,
    "number" text,
    "reference" text,
    "party" uuid,
    "company" text,
    "warehouse" uuid,
    "contract" uuid,
    "opportunity" uuid,
    "quote" uuid,
    "ordered_on" date,
    "requested_on" date,
    "lifecycle" text,
    "delivery" text,
    "billing" text,
    "payment" text,
    "hold" text,
    "currency" text,
    "rate" numeric,
    "net" numeric,
    "tax" numeric,
    "total" numeric,
    "lines" jsonb,
    "progress" jsonb,
    provenance jsonb NOT NULL DEFAULT '{}',
    version    bigint NOT NULL DEFAULT 1,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deleted_at timestamptz
);

CREATE INDEX "sales_order_by_batch_id" ON "golden"."sales_order" (batch_id);

CREATE INDEX "sales_order_by_party" ON "golden"."sales_order" ("party");

CREATE INDEX "sales_order_by_warehouse" ON "golden"."sales_order" ("warehouse");

CREATE INDEX "sales_order_by_contract" ON "golden"."sales_order" ("contract");

CREATE INDEX "sales_order_by_opportunity" ON "golden"."sales_order" ("opportunity");

CREATE INDEX "sales_order_by_quote" ON "golden"."sales_order" ("quote");

-- Unified states that were replaced
CREATE TABLE "golden"."sales_order_history" (
    golden_id  uuid NOT NULL,
    "number" text,
    "reference" text,
    "party" uuid,
    "company" text,
    "warehouse" uuid,
    "contract" uuid,
    "opportunity" uuid,
    "quote" uuid,
    "ordered_on" date,
    "requested_on" date,
    "lifecycle" text,
    "delivery" text,
    "billing" text,
    "payment" text,
    "hold" text,
    "currency" text,
    "rate" numeric,
    "net" numeric,
    "tax" numeric,
    "total" numeric,
    "lines" jsonb,
    "progress" jsonb,
    provenance jsonb NOT NULL,
    version    bigint NOT NULL,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "sales_order_history_by_golden_id" ON "golden"."sales_order_history" (golden_id, version);

-- The lines of golden documents, one row a line, made anew whenever the document changes
CREATE TABLE "golden"."sales_order_lines" (
    golden_id uuid NOT NULL,
    position  integer NOT NULL,
    "line_no" bigint,
    "product" uuid,
    "quantity" numeric,
    "unit" text,
    "price" numeric,
    "discount" numeric,
    PRIMARY KEY (golden_id, position)
);

CREATE INDEX "sales_order_lines_by_product" ON "golden"."sales_order_lines" ("product");

-- The lines of golden documents, one row a line, made anew whenever the document changes
CREATE TABLE "golden"."sales_order_progress" (
    golden_id uuid NOT NULL,
    position  integer NOT NULL,
    "line_no" bigint,
    "reserved" numeric,
    "delivered" numeric,
    "invoiced" numeric,
    PRIMARY KEY (golden_id, position)
);

-- The last known state of every record of every system
CREATE TABLE "image"."invoice" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "number" text,
    "kind" text,
    "company" text,
    "party" uuid,
    "order" uuid,
    "contract" uuid,
    "corrects" text,
    "issued_on" date,
    "due_on" date,
    "lifecycle" text,
    "payment" text,
    "currency" text,
    "rate" numeric,
    "net" numeric,
    "tax" numeric,
    "total" numeric,
    "open" numeric,
    "lines" jsonb,
    raw         jsonb NOT NULL DEFAULT '{}',
    raw_hash    uuid,
    version     bigint NOT NULL DEFAULT 1,
    changed     jsonb NOT NULL DEFAULT '{}',
    settled     jsonb NOT NULL DEFAULT '{}',
    fixed       text[] NOT NULL DEFAULT '{}',
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    PRIMARY KEY (system, source_id)
) PARTITION BY LIST (system);

CREATE TABLE "image"."invoice_erp" PARTITION OF "image"."invoice" FOR VALUES IN ('erp');

CREATE TABLE "image"."invoice_crm" PARTITION OF "image"."invoice" FOR VALUES IN ('crm');

CREATE INDEX "invoice_by_golden_id" ON "image"."invoice" (golden_id);

CREATE INDEX "invoice_by_number" ON "image"."invoice" (ops.fold("number")) WHERE deleted_at IS NULL;

CREATE INDEX "invoice_by_party" ON "image"."invoice" ("party");

CREATE INDEX "invoice_by_order" ON "image"."invoice" ("order");

CREATE INDEX "invoice_by_contract" ON "image"."invoice" ("contract");

CREATE INDEX "invoice_by_lines" ON "image"."invoice" USING gin ("lines" jsonb_path_ops);

-- States of records that were replaced
CREATE TABLE "image"."invoice_history" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "number" text,
    "kind" text,
    "company" text,
    "party" uuid,
    "order" uuid,
    "contract" uuid,
    "corrects" text,
    "issued_on" date,
    "due_on" date,
    "lifecycle" text,
    "payment" text,
    "currency" text,
    "rate" numeric,
    "net" numeric,
    "tax" numeric,
    "total" numeric,
    "open" numeric,
    "lines" jsonb,
    raw         jsonb NOT NULL,
    raw_hash    uuid,
    version     bigint NOT NULL,
    changed     jsonb NOT NULL,
    settled     jsonb NOT NULL,
    fixed       text[] NOT NULL,
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "invoice_history_by_record" ON "image"."invoice_history" (system, source_id, version);

-- The unified state of each thing
CREATE TABLE "golden"."invoice" (
    golden_id  uuid PRIMARY KEY,
    "number" text,
    "kind" text,
    "company" text,
    "party" uuid,
    "order" uuid,
    "contract" uuid,
    "corrects" text,
    "issued_on" date,
    "due_on" date,
    "lifecycle" text,
    "payment" text,
    "currency" text,
    "rate" numeric,
    "net" numeric,
    "tax" numeric,
    "total" numeric,
    "open" numeric,
    "lines" jsonb,
    provenance jsonb NOT NULL DEFAULT '{}',
    version    bigint NOT NULL DEFAULT 1,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deleted_at timestamptz
);

CREATE INDEX "invoice_by_batch_id" ON "golden"."invoice" (batch_id);

CREATE INDEX "invoice_by_party" ON "golden"."invoice" ("party");

CREATE INDEX "invoice_by_order" ON "golden"."invoice" ("order");

CREATE INDEX "invoice_by_contract" ON "golden"."invoice" ("contract");

-- Unified states that were replaced
CREATE TABLE "golden"."invoice_history" (
    golden_id  uuid NOT NULL,
    "number" text,
    "kind" text,
    "company" text,
    "party" uuid,
    "order" uuid,
    "contract" uuid,
    "corrects" text,
    "issued_on" date,
    "due_on" date,
    "lifecycle" text,
    "payment" text,
    "currency" text,
    "rate" numeric,
    "net" numeric,
    "tax" numeric,
    "total" numeric,
    "open" numeric,
    "lines" jsonb,
    provenance jsonb NOT NULL,
    version    bigint NOT NULL,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "invoice_history_by_golden_id" ON "golden"."invoice_history" (golden_id, version);

-- The lines of golden documents, one row a line, made anew whenever the document changes
CREATE TABLE "golden"."invoice_lines" (
    golden_id uuid NOT NULL,
    position  integer NOT NULL,
    "line_no" bigint,
    "product" uuid,
    "quantity" numeric,
    "unit" text,
    "price" numeric,
    "net" numeric,
    PRIMARY KEY (golden_id, position)
);

CREATE INDEX "invoice_lines_by_product" ON "golden"."invoice_lines" ("product");

-- The last known state of every record of every system
CREATE TABLE "image"."production_order" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "number" text,
    "origin" text,
    "company" text,
    "product" uuid,
    "warehouse" uuid,
    "quantity" numeric,
    "needed_on" date,
    "order" uuid,
    "lifecycle" text,
    "components" jsonb,
    raw         jsonb NOT NULL DEFAULT '{}',
    raw_hash    uuid,
    version     bigint NOT NULL DEFAULT 1,
    changed     jsonb NOT NULL DEFAULT '{}',
    settled     jsonb NOT NULL DEFAULT '{}',
    fixed       text[] NOT NULL DEFAULT '{}',
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    PRIMARY KEY (system, source_id)
) PARTITION BY LIST (system);

CREATE TABLE "image"."production_order_erp" PARTITION OF "image"."production_order" FOR VALUES IN ('erp');

CREATE TABLE "image"."production_order_rules" PARTITION OF "image"."production_order" FOR VALUES IN ('rules');

-- What a rule gives for a subject
CREATE INDEX ON "image"."production_order_rules" ((raw ->> '_rule'), (raw ->> '_subject'));

CREATE INDEX "production_order_by_golden_id" ON "image"."production_order" (golden_id);

CREATE INDEX "production_order_by_number" ON "image"."production_order" (ops.fold("number")) WHERE deleted_at IS NULL;

CREATE INDEX "production_order_by_origin" ON "image"."production_order" (ops.fold("origin")) WHERE deleted_at IS NULL;

CREATE INDEX "production_order_by_product" ON "image"."production_order" ("product");

CREATE INDEX "production_order_by_warehouse" ON "image"."production_order" ("warehouse");

CREATE INDEX "production_order_by_order" ON "image"."production_order" ("order");

CREATE INDEX "production_order_by_components" ON "image"."production_order" USING gin ("components" jsonb_path_ops);

-- States of records that were replaced
CREATE TABLE "image"."production_order_history" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "number" text,
    "origin" text,
    "company" text,
    "product" uuid,
    "warehouse" uuid,
    "quantity" numeric,
    "needed_on" date,
    "order" uuid,
    "lifecycle" text,
    "components" jsonb,
    raw         jsonb NOT NULL,
    raw_hash    uuid,
    version     bigint NOT NULL,
    changed     jsonb NOT NULL,
    settled     jsonb NOT NULL,
    fixed       text[] NOT NULL,
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "production_order_history_by_record" ON "image"."production_order_history" (system, source_id, version);

-- The unified state of each thing
CREATE TABLE "golden"."production_order" (
    golden_id  uuid PRIMARY KEY,
    "number" text,
    "origin" text,
    "company" text,
    "product" uuid,
    "warehouse" uuid,
    "quantity" numeric,
    "needed_on" date,
    "order" uuid,
    "lifecycle" text,
    "components" jsonb,
    provenance jsonb NOT NULL DEFAULT '{}',
    version    bigint NOT NULL DEFAULT 1,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deleted_at timestamptz
);

CREATE INDEX "production_order_by_batch_id" ON "golden"."production_order" (batch_id);

CREATE INDEX "production_order_by_product" ON "golden"."production_order" ("product");

CREATE INDEX "production_order_by_warehouse" ON "golden"."production_order" ("warehouse");

CREATE INDEX "production_order_by_order" ON "golden"."production_order" ("order");

-- Unified states that were replaced
CREATE TABLE "golden"."production_order_history" (
    golden_id  uuid NOT NULL,
    "number" text,
    "origin" text,
    "company" text,
    "product" uuid,
    "warehouse" uuid,
    "quantity" numeric,
    "needed_on" date,
    "order" uuid,
    "lifecycle" text,
    "components" jsonb,
    provenance jsonb NOT NULL,
    version    bigint NOT NULL,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "production_order_history_by_golden_id" ON "golden"."production_order_history" (golden_id, version);

-- The lines of golden documents, one row a line, made anew whenever the document changes
CREATE TABLE "golden"."production_order_components" (
    golden_id uuid NOT NULL,
    position  integer NOT NULL,
    "line_no" bigint,
    "product" uuid,
    "quantity" numeric,
    PRIMARY KEY (golden_id, position)
);

CREATE INDEX "production_order_components_by_product" ON "golden"."production_order_components" ("product");

-- The last known state of every record of every system
CREATE TABLE "image"."purchase_requisition" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "number" text,
    "origin" text,
    "company" text,
    "product" uuid,
    "warehouse" uuid,
    "quantity" numeric,
    "needed_on" date,
    "order" uuid,
    "lifecycle" text,
    raw         jsonb NOT NULL DEFAULT '{}',
    raw_hash    uuid,
    version     bigint NOT NULL DEFAULT 1,
    changed     jsonb NOT NULL DEFAULT '{}',
    settled     jsonb NOT NULL DEFAULT '{}',
    fixed       text[] NOT NULL DEFAULT '{}',
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    PRIMARY KEY (system, source_id)
) PARTITION BY LIST (system);

CREATE TABLE "image"."purchase_requisition_erp" PARTITION OF "image"."purchase_requisition" FOR VALUES IN ('erp');

CREATE TABLE "image"."purchase_requisition_rules" PARTITION OF "image"."purchase_requisition" FOR VALUES IN ('rules');

-- What a rule gives for a subject
CREATE INDEX ON "image"."purchase_requisition_rules" ((raw ->> '_rule'), (raw ->> '_subject'));

CREATE INDEX "purchase_requisition_by_golden_id" ON "image"."purchase_requisition" (golden_id);

CREATE INDEX "purchase_requisition_by_number" ON "image"."purchase_requisition" (ops.fold("number")) WHERE deleted_at IS NULL;

CREATE INDEX "purchase_requisition_by_origin" ON "image"."purchase_requisition" (ops.fold("origin")) WHERE deleted_at IS NULL;

CREATE INDEX "purchase_requisition_by_product" ON "image"."purchase_requisition" ("product");

CREATE INDEX "purchase_requisition_by_warehouse" ON "image"."purchase_requisition" ("warehouse");

CREATE INDEX "purchase_requisition_by_order" ON "image"."purchase_requisition" ("order");

-- States of records that were replaced
CREATE TABLE "image"."purchase_requisition_history" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "number" text,
    "origin" text,
    "company" text,
    "product" uuid,
    "warehouse" uuid,
    "quantity" numeric,
    "needed_on" date,
    "order" uuid,
    "lifecycle" text,
    raw         jsonb NOT NULL,
    raw_hash    uuid,
    version     bigint NOT NULL,
    changed     jsonb NOT NULL,
    settled     jsonb NOT NULL,
    fixed       text[] NOT NULL,
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "purchase_requisition_history_by_record" ON "image"."purchase_requisition_history" (system, source_id, version);

-- The unified state of each thing
CREATE TABLE "golden"."purchase_requisition" (
    golden_id  uuid PRIMARY KEY,
    "number" text,
    "origin" text,
    "company" text,
    "product" uuid,
    "warehouse" uuid,
    "quantity" numeric,
    "needed_on" date,
    "order" uuid,
    "lifecycle" text,
    provenance jsonb NOT NULL DEFAULT '{}',
    version    bigint NOT NULL DEFAULT 1,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deleted_at timestamptz
);

CREATE INDEX "purchase_requisition_by_batch_id" ON "golden"."purchase_requisition" (batch_id);

CREATE INDEX "purchase_requisition_by_product" ON "golden"."purchase_requisition" ("product");

CREATE INDEX "purchase_requisition_by_warehouse" ON "golden"."purchase_requisition" ("warehouse");

CREATE INDEX "purchase_requisition_by_order" ON "golden"."purchase_requisition" ("order");

-- Unified states that were replaced
CREATE TABLE "golden"."purchase_requisition_history" (
    golden_id  uuid NOT NULL,
    "number" text,
    "origin" text,
    "company" text,
    "product" uuid,
    "warehouse" uuid,
    "quantity" numeric,
    "needed_on" date,
    "order" uuid,
    "lifecycle" text,
    provenance jsonb NOT NULL,
    version    bigint NOT NULL,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "purchase_requisition_history_by_golden_id" ON "golden"."purchase_requisition_history" (golden_id, version);

-- The last known state of every record of every system
CREATE TABLE "image"."reservation" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "product" uuid,
    "warehouse" uuid,
    "number" bigint,
    "quantity" numeric,
    "order" uuid,
    "expires_at" timestamptz,
    "status" text,
    raw         jsonb NOT NULL DEFAULT '{}',
    raw_hash    uuid,
    version     bigint NOT NULL DEFAULT 1,
    changed     jsonb NOT NULL DEFAULT '{}',
    settled     jsonb NOT NULL DEFAULT '{}',
    fixed       text[] NOT NULL DEFAULT '{}',
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    PRIMARY KEY (system, source_id)
) PARTITION BY LIST (system);

CREATE TABLE "image"."reservation_crm" PARTITION OF "image"."reservation" FOR VALUES IN ('crm');

CREATE INDEX "reservation_by_golden_id" ON "image"."reservation" (golden_id);

CREATE INDEX "reservation_by_product_warehouse_number" ON "image"."reservation" ("product", "warehouse", "number") WHERE deleted_at IS NULL;

CREATE INDEX "reservation_by_warehouse" ON "image"."reservation" ("warehouse");

CREATE INDEX "reservation_by_order" ON "image"."reservation" ("order");

-- States of records that were replaced
CREATE TABLE "image"."reservation_history" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "product" uuid,
    "warehouse" uuid,
    "number" bigint,
    "quantity" numeric,
    "order" uuid,
    "expires_at" timestamptz,
    "status" text,
    raw         jsonb NOT NULL,
    raw_hash    uuid,
    version     bigint NOT NULL,
    changed     jsonb NOT NULL,
    settled     jsonb NOT NULL,
    fixed       text[] NOT NULL,
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "reservation_history_by_record" ON "image"."reservation_history" (system, source_id, version);

-- The unified state of each thing
CREATE TABLE "golden"."reservation" (
    golden_id  uuid PRIMARY KEY,
    "product" uuid,
    "warehouse" uuid,
    "number" bigint,
    "quantity" numeric,
    "order" uuid,
    "expires_at" timestamptz,
    "status" text,
    provenance jsonb NOT NULL DEFAULT '{}',
    version    bigint NOT NULL DEFAULT 1,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deleted_at timestamptz
);

CREATE INDEX "reservation_by_batch_id" ON "golden"."reservation" (batch_id);

CREATE INDEX "reservation_by_product" ON "golden"."reservation" ("product");

CREATE INDEX "reservation_by_warehouse" ON "golden"."reservation" ("warehouse");

CREATE INDEX "reservation_by_order" ON "golden"."reservation" ("order");

-- Unified states that were replaced
CREATE TABLE "golden"."reservation_history" (
    golden_id  uuid NOT NULL,
    "product" uuid,
    "warehouse" uuid,
    "number" bigint,
    "quantity" numeric,
    "order" uuid,
    "expires_at" timestamptz,
    "status" text,
    provenance jsonb NOT NULL,
    version    bigint NOT NULL,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "reservation_history_by_golden_id" ON "golden"."reservation_history" (golden_id, version);

-- The last known state of every record of every system
CREATE TABLE "image"."shipment" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "number" text,
    "order" uuid,
    "warehouse" uuid,
    "status" text,
    "carrier" text,
    "tracking" text,
    "planned_on" date,
    "shipped_on" date,
    "delivered_on" date,
    "lines" jsonb,
    raw         jsonb NOT NULL DEFAULT '{}',
    raw_hash    uuid,
    version     bigint NOT NULL DEFAULT 1,
    changed     jsonb NOT NULL DEFAULT '{}',
    settled     jsonb NOT NULL DEFAULT '{}',
    fixed       text[] NOT NULL DEFAULT '{}',
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    PRIMARY KEY (system, source_id)
) PARTITION BY LIST (system);

CREATE TABLE "image"."shipment_erp" PARTITION OF "image"."shipment" FOR VALUES IN ('erp');

CREATE TABLE "image"."shipment_crm" PARTITION OF "image"."shipment" FOR VALUES IN ('crm');

CREATE INDEX "shipment_by_golden_id" ON "image"."shipment" (golden_id);

CREATE INDEX "shipment_by_number" ON "image"."shipment" (ops.fold("number")) WHERE deleted_at IS NULL;

CREATE INDEX "shipment_by_order" ON "image"."shipment" ("order");

CREATE INDEX "shipment_by_warehouse" ON "image"."shipment" ("warehouse");

CREATE INDEX "shipment_by_lines" ON "image"."shipment" USING gin ("lines" jsonb_path_ops);

-- States of records that were replaced
CREATE TABLE "image"."shipment_history" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "number" text,
    "order" uuid,
    "warehouse" uuid,
    "status" text,
    "carrier" text,
    "tracking" text,
    "planned_on" date,
    "shipped_on" date,
    "delivered_on" date,
    "lines" jsonb,
    raw         jsonb NOT NULL,
    raw_hash    uuid,
    version     bigint NOT NULL,
    changed     jsonb NOT NULL,
    settled     jsonb NOT NULL,
    fixed       text[] NOT NULL,
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "shipment_history_by_record" ON "image"."shipment_history" (system, source_id, version);

-- The unified state of each thing
CREATE TABLE "golden"."shipment" (
    golden_id  uuid PRIMARY KEY,
    "number" text,
    "order" uuid,
    "warehouse" uuid,
    "status" text,
    "carrier" text,
    "tracking" text,
    "planned_on" date,
    "shipped_on" date,
    "delivered_on" date,
    "lines" jsonb,
    provenance jsonb NOT NULL DEFAULT '{}',
    version    bigint NOT NULL DEFAULT 1,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deleted_at timestamptz
);

CREATE INDEX "shipment_by_batch_id" ON "golden"."shipment" (batch_id);

CREATE INDEX "shipment_by_order" ON "golden"."shipment" ("order");

CREATE INDEX "shipment_by_warehouse" ON "golden"."shipment" ("warehouse");

-- Unified states that were replaced
CREATE TABLE "golden"."shipment_history" (
    golden_id  uuid NOT NULL,
    "number" text,
    "order" uuid,
    "warehouse" uuid,
    "status" text,
    "carrier" text,
    "tracking" text,
    "planned_on" date,
    "shipped_on" date,
    "delivered_on" date,
    "lines" jsonb,
    provenance jsonb NOT NULL,
    version    bigint NOT NULL,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "shipment_history_by_golden_id" ON "golden"."shipment_history" (golden_id, version);

-- The lines of golden documents, one row a line, made anew whenever the document changes
CREATE TABLE "golden"."shipment_lines" (
    golden_id uuid NOT NULL,
    position  integer NOT NULL,
    "line_no" bigint,
    "order_line" bigint,
    "product" uuid,
    "quantity" numeric,
    "unit" text,
    PRIMARY KEY (golden_id, position)
);

CREATE INDEX "shipment_lines_by_product" ON "golden"."shipment_lines" ("product");

-- The last known state of every record of every system
CREATE TABLE "image"."ticket" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "number" text,
    "party" uuid,
    "order" uuid,
    "subject" text,
    "status" text,
    "priority" text,
    "opened_at" timestamptz,
    "closed_at" timestamptz,
    "satisfaction" bigint,
    raw         jsonb NOT NULL DEFAULT '{}',
    raw_hash    uuid,
    version     bigint NOT NULL DEFAULT 1,
    changed     jsonb NOT NULL DEFAULT '{}',
    settled     jsonb NOT NULL DEFAULT '{}',
    fixed       text[] NOT NULL DEFAULT '{}',
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    PRIMARY KEY (system, source_id)
) PARTITION BY LIST (system);

CREATE TABLE "image"."ticket_crm" PARTITION OF "image"."ticket" FOR VALUES IN ('crm');

CREATE INDEX "ticket_by_golden_id" ON "image"."ticket" (golden_id);

CREATE INDEX "ticket_by_number" ON "image"."ticket" (ops.fold("number")) WHERE deleted_at IS NULL;

CREATE INDEX "ticket_by_party" ON "image"."ticket" ("party");

CREATE INDEX "ticket_by_order" ON "image"."ticket" ("order");

-- States of records that were replaced
CREATE TABLE "image"."ticket_history" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "number" text,
    "party" uuid,
    "order" uuid,
    "subject" text,
    "status" text,
    "priority" text,
    "opened_at" timestamptz,
    "closed_at" timestamptz,
    "satisfaction" bigint,
    raw         jsonb NOT NULL,
    raw_hash    uuid,
    version     bigint NOT NULL,
    changed     jsonb NOT NULL,
    settled     jsonb NOT NULL,
    fixed       text[] NOT NULL,
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "ticket_history_by_record" ON "image"."ticket_history" (system, source_id, version);

-- The unified state of each thing
CREATE TABLE "golden"."ticket" (
    golden_id  uuid PRIMARY KEY,
    "number" text,
    "party" uuid,
    "order" uuid,
    "subject" text,
    "status" text,
    "priority" text,
    "opened_at" timestamptz,
    "closed_at" timestamptz,
    "satisfaction" bigint,
    provenance jsonb NOT NULL DEFAULT '{}',
    version    bigint NOT NULL DEFAULT 1,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deleted_at timestamptz
);

CREATE INDEX "ticket_by_batch_id" ON "golden"."ticket" (batch_id);

CREATE INDEX "ticket_by_party" ON "golden"."ticket" ("party");

CREATE INDEX "ticket_by_order" ON "golden"."ticket" ("order");

-- Unified states that were replaced
CREATE TABLE "golden"."ticket_history" (
    golden_id  uuid NOT NULL,
    "number" text,
    "party" uuid,
    "order" uuid,
    "subject" text,
    "status" text,
    "priority" text,
    "opened_at" timestamptz,
    "closed_at" timestamptz,
    "satisfaction" bigint,
    provenance jsonb NOT NULL,
    version    bigint NOT NULL,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "ticket_history_by_golden_id" ON "golden"."ticket_history" (golden_id, version);

-- The last known state of every record of every system
CREATE TABLE "image"."payment" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "number" text,
    "kind" text,
    "company" text,
    "party" uuid,
    "received_on" date,
    "status" text,
    "bank_reference" text,
    "currency" text,
    "rate" numeric,
    "amount" numeric,
    "unallocated" numeric,
    "allocations" jsonb,
    raw         jsonb NOT NULL DEFAULT '{}',
    raw_hash    uuid,
    version     bigint NOT NULL DEFAULT 1,
    changed     jsonb NOT NULL DEFAULT '{}',
    settled     jsonb NOT NULL DEFAULT '{}',
    fixed       text[] NOT NULL DEFAULT '{}',
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    PRIMARY KEY (system, source_id)
) PARTITION BY LIST (system);

CREATE TABLE "image"."payment_erp" PARTITION OF "image"."payment" FOR VALUES IN ('erp');

CREATE TABLE "image"."payment_crm" PARTITION OF "image"."payment" FOR VALUES IN ('crm');

CREATE INDEX "payment_by_golden_id" ON "image"."payment" (golden_id);

CREATE INDEX "payment_by_number" ON "image"."payment" (ops.fold("number")) WHERE deleted_at IS NULL;

CREATE INDEX "payment_by_party" ON "image"."payment" ("party");

CREATE INDEX "payment_by_allocations" ON "image"."payment" USING gin ("allocations" jsonb_path_ops);

-- States of records that were replaced
CREATE TABLE "image"."payment_history" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "number" text,
    "kind" text,
    "company" text,
    "party" uuid,
    "received_on" date,
    "status" text,
    "bank_reference" text,
    "currency" text,
    "rate" numeric,
    "amount" numeric,
    "unallocated" numeric,
    "allocations" jsonb,
    raw         jsonb NOT NULL,
    raw_hash    uuid,
    version     bigint NOT NULL,
    changed     jsonb NOT NULL,
    settled     jsonb NOT NULL,
    fixed       text[] NOT NULL,
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "payment_history_by_record" ON "image"."payment_history" (system, source_id, version);

-- The unified state of each thing
CREATE TABLE "golden"."payment" (
    golden_id  uuid PRIMARY KEY,
    "number" text,
    "kind" text,
    "company" text,
    "party" uuid,
    "received_on" date,
    "status" text,
    "bank_reference" text,
    "currency" text,
    "rate" numeric,
    "amount" numeric,
    "unallocated" numeric,
    "allocations" jsonb,
    provenance jsonb NOT NULL DEFAULT '{}',
    version    bigint NOT NULL DEFAULT 1,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deleted_at timestamptz
);

CREATE INDEX "payment_by_batch_id" ON "golden"."payment" (batch_id);

CREATE INDEX "payment_by_party" ON "golden"."payment" ("party");

-- Unified states that were replaced
CREATE TABLE "golden"."payment_history" (
    golden_id  uuid NOT NULL,
    "number" text,
    "kind" text,
    "company" text,
    "party" uuid,
    "received_on" date,
    "status" text,
    "bank_reference" text,
    "currency" text,
    "rate" numeric,
    "amount" numeric,
    "unallocated" numeric,
    "allocations" jsonb,
    provenance jsonb NOT NULL,
    version    bigint NOT NULL,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "payment_history_by_golden_id" ON "golden"."payment_history" (golden_id, version);

-- The lines of golden documents, one row a line, made anew whenever the document changes
CREATE TABLE "golden"."payment_allocations" (
    golden_id uuid NOT NULL,
    position  integer NOT NULL,
    "line_no" bigint,
    "invoice" uuid,
    "amount" numeric,
    PRIMARY KEY (golden_id, position)
);

CREATE INDEX "payment_allocations_by_invoice" ON "golden"."payment_allocations" ("invoice");
