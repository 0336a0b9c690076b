-- Made by `./concord hub plan` from the model files. Review it, then run `./concord hub migrate`:
-- it is applied once, in one transaction, and not edited after that.

-- The last known state of every record of every system
CREATE TABLE "image"."party" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "legal_name" text,
    "kind" text,
    "tax_id" text,
    "country" text,
    "phone" text,
    "email" text,
    "website" text,
    "payment_terms" text,
    "status" text,
    "customer_since" date,
    "annual_revenue" numeric,
    "credit_limit" numeric,
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

CREATE TABLE "image"."party_erp" PARTITION OF "image"."party" FOR VALUES IN ('erp');

CREATE TABLE "image"."party_crm" PARTITION OF "image"."party" FOR VALUES IN ('crm');

CREATE INDEX "party_by_golden_id" ON "image"."party" (golden_id);

CREATE INDEX "party_by_tax_id" ON "image"."party" (ops.fold("tax_id")) WHERE deleted_at IS NULL;

CREATE INDEX "party_by_email" ON "image"."party" (ops.fold("email")) WHERE deleted_at IS NULL;

CREATE INDEX "party_by_phone_legal_name" ON "image"."party" (ops.fold("phone"), ops.fold("legal_name")) WHERE deleted_at IS NULL;

-- States of records that were replaced
CREATE TABLE "image"."party_history" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "legal_name" text,
    "kind" text,
    "tax_id" text,
    "country" text,
    "phone" text,
    "email" text,
    "website" text,
    "payment_terms" text,
    "status" text,
    "customer_since" date,
    "annual_revenue" numeric,
    "credit_limit" numeric,
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

CREATE INDEX "party_history_by_record" ON "image"."party_history" (system, source_id, version);

-- The unified state of each thing
CREATE TABLE "golden"."party" (
    golden_id  uuid PRIMARY KEY,
    "legal_name" text,
    "kind" text,
    "tax_id" text,
    "country" text,
    "phone" text,
    "email" text,
    "website" text,
    "payment_terms" text,
    "status" text,
    "customer_since" date,
    "annual_revenue" numeric,
    "credit_limit" numeric,
    "currency" text,
    provenance jsonb NOT NULL DEFAULT '{}',
    version    bigint NOT NULL DEFAULT 1,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deleted_at timestamptz
);

CREATE INDEX "party_by_batch_id" ON "golden"."party" (batch_id);

-- Unified states that were replaced
CREATE TABLE "golden"."party_history" (
    golden_id  uuid NOT NULL,
    "legal_name" text,
    "kind" text,
    "tax_id" text,
    "country" text,
    "phone" text,
    "email" text,
    "website" text,
    "payment_terms" text,
    "status" text,
    "customer_since" date,
    "annual_revenue" numeric,
    "credit_limit" numeric,
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

CREATE INDEX "party_history_by_golden_id" ON "golden"."party_history" (golden_id, version);

-- The last known state of every record of every system
CREATE TABLE "image"."address" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "party" uuid,
    "kind" text,
    "street" text,
    "city" text,
    "region" text,
    "postal_code" text,
    "country" text,
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

CREATE TABLE "image"."address_erp" PARTITION OF "image"."address" FOR VALUES IN ('erp');

CREATE TABLE "image"."address_crm" PARTITION OF "image"."address" FOR VALUES IN ('crm');

CREATE INDEX "address_by_golden_id" ON "image"."address" (golden_id);

CREATE INDEX "address_by_party_kind" ON "image"."address" ("party", ops.fold("kind")) WHERE deleted_at IS NULL;

-- States of records that were replaced
CREATE TABLE "image"."address_history" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "party" uuid,
    "kind" text,
    "street" text,
    "city" text,
    "region" text,
    "postal_code" text,
    "country" text,
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

CREATE INDEX "address_history_by_record" ON "image"."address_history" (system, source_id, version);

-- The unified state of each thing
CREATE TABLE "golden"."address" (
    golden_id  uuid PRIMARY KEY,
    "party" uuid,
    "kind" text,
    "street" text,
    "city" text,
    "region" text,
    "postal_code" text,
    "country" text,
    provenance jsonb NOT NULL DEFAULT '{}',
    version    bigint NOT NULL DEFAULT 1,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deleted_at timestamptz
);

CREATE INDEX "address_by_batch_id" ON "golden"."address" (batch_id);

CREATE INDEX "address_by_party" ON "golden"."address" ("party");

-- Unified states that were replaced
CREATE TABLE "golden"."address_history" (
    golden_id  uuid NOT NULL,
    "party" uuid,
    "kind" text,
    "street" text,
    "city" text,
    "region" text,
    "postal_code" text,
    "country" text,
    provenance jsonb NOT NULL,
    version    bigint NOT NULL,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "address_history_by_golden_id" ON "golden"."address_history" (golden_id, version);

-- The last known state of every record of every system
CREATE TABLE "image"."contact" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "party" uuid,
    "full_name" text,
    "job_title" text,
    "phone" text,
    "email" text,
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

CREATE TABLE "image"."contact_erp" PARTITION OF "image"."contact" FOR VALUES IN ('erp');

CREATE TABLE "image"."contact_crm" PARTITION OF "image"."contact" FOR VALUES IN ('crm');

CREATE INDEX "contact_by_golden_id" ON "image"."contact" (golden_id);

CREATE INDEX "contact_by_party_email" ON "image"."contact" ("party", ops.fold("email")) WHERE deleted_at IS NULL;

CREATE INDEX "contact_by_party_full_name" ON "image"."contact" ("party", ops.fold("full_name")) WHERE deleted_at IS NULL;

-- States of records that were replaced
CREATE TABLE "image"."contact_history" (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    "party" uuid,
    "full_name" text,
    "job_title" text,
    "phone" text,
    "email" text,
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

CREATE INDEX "contact_history_by_record" ON "image"."contact_history" (system, source_id, version);

-- The unified state of each thing
CREATE TABLE "golden"."contact" (
    golden_id  uuid PRIMARY KEY,
    "party" uuid,
    "full_name" text,
    "job_title" text,
    "phone" text,
    "email" text,
    provenance jsonb NOT NULL DEFAULT '{}',
    version    bigint NOT NULL DEFAULT 1,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deleted_at timestamptz
);

CREATE INDEX "contact_by_batch_id" ON "golden"."contact" (batch_id);

CREATE INDEX "contact_by_party" ON "golden"."contact" ("party");

-- Unified states that were replaced
CREATE TABLE "golden"."contact_history" (
    golden_id  uuid NOT NULL,
    "party" uuid,
    "full_name" text,
    "job_title" text,
    "phone" text,
    "email" text,
    provenance jsonb NOT NULL,
    version    bigint NOT NULL,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX "contact_history_by_golden_id" ON "golden"."contact_history" (golden_id, version);
