-- The fixed tables of the hub. The tables that come from the model files (image.*, golden.*) are
-- made by the generated migrations in include/config/migrations.

CREATE SCHEMA stage;   -- what batches extracted; dropped when a batch is done
CREATE SCHEMA image;   -- the last known state of every record of every system
CREATE SCHEMA golden;  -- the unified state
CREATE SCHEMA ops;     -- batches, plans, queues, audit
CREATE SCHEMA share;   -- what people and BI tools may read

-- The form in which text is compared as a key: NFKC, no zero-width characters, one space, lower case.
CREATE FUNCTION ops.fold(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN lower(btrim(regexp_replace(regexp_replace(normalize(value, NFKC),
    U&'[\200B-\200F\2060\FEFF\00AD]', '', 'g'), '\s+', ' ', 'g')));

CREATE TABLE ops.batch (
    batch_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id     text NOT NULL UNIQUE,               -- an Airflow run, or a command
    lane       text NOT NULL,
    scope      text NOT NULL CHECK (scope IN ('delta', 'full')),
    state      text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'failed')),
    dry_run    boolean NOT NULL DEFAULT false,
    systems    text[] NOT NULL,
    entities   text[] NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at   timestamptz,
    error      text
);
CREATE INDEX batch_started ON ops.batch (started_at DESC);

CREATE TABLE ops.batch_step (
    batch_id   bigint NOT NULL REFERENCES ops.batch ON DELETE CASCADE,
    step       text NOT NULL,                      -- extract, validate, unify, load, finish
    system     text NOT NULL DEFAULT '',           -- '' for steps over all systems
    state      text NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    tries      integer NOT NULL DEFAULT 1,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at   timestamptz,
    error      text,
    PRIMARY KEY (batch_id, step, system)
);

-- The books: read = unchanged + accepted + quarantined + parked + duplicate_in_batch + older + held
-- (older: a newer reading was stored first; held: deletions that wait for a person), and
-- planned = confirmed + rejected + superseded + waiting + unknown.
CREATE TABLE ops.batch_count (
    batch_id bigint NOT NULL REFERENCES ops.batch ON DELETE CASCADE,
    system   text NOT NULL,
    entity   text NOT NULL,
    name     text NOT NULL,
    n        bigint NOT NULL,
    PRIMARY KEY (batch_id, system, entity, name)
);

-- What one batch read of one entity of one system; `position` becomes the cursor when its images are stored.
CREATE SEQUENCE ops.read_seq;
CREATE TABLE ops.extract (
    batch_id  bigint NOT NULL REFERENCES ops.batch ON DELETE CASCADE,
    system    text NOT NULL,
    entity    text NOT NULL,
    read_seq  bigint NOT NULL,                     -- order of the snapshots that were read
    scope     text NOT NULL CHECK (scope IN ('delta', 'full')),
    position  jsonb NOT NULL,
    columns   jsonb NOT NULL,                      -- column -> canonical type, as read into stage
    stopped   jsonb NOT NULL DEFAULT '{}',         -- field -> why it is not used
    held      text,                                -- why the whole entity is held back
    rows      bigint NOT NULL,
    deletes   bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (batch_id, system, entity)
);

CREATE TABLE ops.cursor (
    system   text NOT NULL,
    entity   text NOT NULL,
    position jsonb NOT NULL,
    read_seq bigint NOT NULL,
    batch_id bigint NOT NULL,
    moved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (system, entity)
);

-- Records that the next delta batch reads again whatever the change log says.
CREATE TABLE ops.reread (
    system    text NOT NULL,
    entity    text NOT NULL,
    source_id text NOT NULL,
    reason    text NOT NULL,
    asked_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (system, entity, source_id)
);

-- Golden records whose writes are to be planned.
-- Every golden record that a batch takes in stands here until its writes are planned, so what an
-- interrupted batch leaves is planned by the next one.
CREATE TABLE ops.replan (
    entity    text NOT NULL,
    golden_id uuid NOT NULL,
    reason    text NOT NULL,
    PRIMARY KEY (entity, golden_id)
);

-- Column fingerprint that each mapped table had when it was last accepted.
CREATE TABLE ops.shape (
    system    text NOT NULL,
    entity    text NOT NULL,
    columns   jsonb NOT NULL,                      -- column -> canonical type
    native    jsonb NOT NULL,                      -- column -> the vendor's type
    seen_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (system, entity)
);

CREATE TABLE ops.lease (
    name       text PRIMARY KEY,
    token      bigint NOT NULL,
    holder     text NOT NULL,
    expires_at timestamptz NOT NULL
);

-- One row an expectation and batch: counts only, never values.
CREATE TABLE ops.validation (
    batch_id    bigint NOT NULL REFERENCES ops.batch ON DELETE CASCADE,
    system      text NOT NULL,                     -- 'golden' for the golden model
    entity      text NOT NULL,
    rule        text NOT NULL,                     -- stable name of the expectation in its suite
    expectation text NOT NULL,
    column_name text,
    severity    text NOT NULL CHECK (severity IN ('critical', 'warning', 'info')),
    level       text NOT NULL CHECK (level IN ('row', 'batch')),
    owner       text NOT NULL DEFAULT '',
    meaning     jsonb NOT NULL DEFAULT '{}',       -- language -> the rule in words
    success     boolean NOT NULL,
    checked     bigint NOT NULL,
    failed      bigint NOT NULL,
    observed    text,                              -- of batch-level rules: a count, no value of a record
    PRIMARY KEY (batch_id, system, entity, rule)
);

CREATE TABLE ops.quarantine (
    quarantine_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    side       text NOT NULL DEFAULT 'read' CHECK (side IN ('read', 'write')),
                                                   -- write: a target refused what was planned for it
    system     text NOT NULL,
    entity     text NOT NULL,
    source_id  text NOT NULL,                      -- a golden id when system = 'golden' or for a create
    raw        jsonb NOT NULL,                     -- column -> text, as the source said it
    raw_hash   uuid,
    causes     jsonb NOT NULL,                     -- [{rule, column, expectation, severity, owner, message}]
    state      text NOT NULL DEFAULT 'open'
               CHECK (state IN ('open', 'replay', 'healed', 'dismissed')),
    fix        jsonb NOT NULL DEFAULT '{}',        -- column -> text, a steward's correction
    keys       text[] NOT NULL DEFAULT '{}',       -- its match keys, of a record that has no image:
                                                   -- what shares one is not created beside it
    first_batch bigint NOT NULL,
    last_batch  bigint NOT NULL,
    opened_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    closed_at  timestamptz,
    closed_by  text,
    reason     text
);
CREATE UNIQUE INDEX quarantine_open ON ops.quarantine (system, entity, source_id, side)
    WHERE state IN ('open', 'replay');
CREATE INDEX quarantine_state ON ops.quarantine (state, quarantine_id);

CREATE TABLE ops.parked (
    system    text NOT NULL,
    entity    text NOT NULL,
    source_id text NOT NULL,
    raw       jsonb NOT NULL,
    raw_hash  uuid,
    read_seq  bigint NOT NULL,
    batch_id  bigint NOT NULL,
    waits_for jsonb NOT NULL,                      -- [{entity, source_id}]
    parked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (system, entity, source_id)
);

CREATE TABLE ops.redirect (                        -- golden ids that were merged away
    entity   text NOT NULL,
    from_id  uuid NOT NULL,
    to_id    uuid NOT NULL,
    reason   text NOT NULL,
    batch_id bigint,
    at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (entity, from_id)
);

-- A human change that did not win, or that won over another human change.
CREATE TABLE ops.conflict (
    conflict_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    batch_id  bigint NOT NULL,
    entity    text NOT NULL,
    golden_id uuid NOT NULL,
    unit      text NOT NULL,                       -- field, or atomic group
    kind      text NOT NULL CHECK (kind IN ('both_changed', 'no_authority', 'first_link', 'blank')),
    loser     jsonb NOT NULL,                      -- {system, source_id, base, value}
    winner    jsonb NOT NULL,                      -- {system, source_id, value}
    reason    text NOT NULL,                       -- the authority rule, in words
    state     text NOT NULL DEFAULT 'settled' CHECK (state IN ('settled', 'open', 'decided')),
    at        timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX conflict_golden ON ops.conflict (golden_id);
CREATE INDEX conflict_batch ON ops.conflict (batch_id);

CREATE TABLE ops.review (
    review_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind      text NOT NULL CHECK (kind IN ('match', 'double', 'conflict', 'change_set', 'schema', 'mass_deletion')),
    system    text,
    entity    text,
    golden_id uuid,
    subject   text NOT NULL,                       -- what makes the task unique within its kind
    detail    jsonb NOT NULL DEFAULT '{}',
    batch_id  bigint,
    state     text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'approved', 'rejected', 'done')),
    opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    closed_at timestamptz,
    closed_by text,
    comment   text
);
CREATE UNIQUE INDEX review_open ON ops.review (kind, coalesce(system, ''), coalesce(entity, ''), subject)
    WHERE state = 'open';

-- A steward's word on one unit of one golden record; competes with the systems' values by batch.
CREATE TABLE ops.decision (
    decision_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entity    text NOT NULL,
    golden_id uuid NOT NULL,
    unit      text NOT NULL,
    value     jsonb NOT NULL,                      -- field -> canonical text
    batch_id  bigint NOT NULL,                     -- newest batch when it was made
    actor     text NOT NULL,
    comment   text,
    at        timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX decision_golden ON ops.decision (entity, golden_id);

CREATE TABLE ops.change_set (
    change_set_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    batch_id   bigint NOT NULL REFERENCES ops.batch,
    system     text NOT NULL,
    entity     text NOT NULL,
    state      text NOT NULL CHECK (state IN ('passed', 'held', 'approved', 'rejected', 'dry_run')),
    reason     text NOT NULL DEFAULT '',           -- which limit held it
    creates    bigint NOT NULL DEFAULT 0,
    updates    bigint NOT NULL DEFAULT 0,
    deletes    bigint NOT NULL DEFAULT 0,
    rule_version text NOT NULL,
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    decided_at timestamptz,
    decided_by text,
    comment    text,
    UNIQUE (batch_id, system, entity)
);

CREATE TABLE ops.intent (
    intent_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key           uuid NOT NULL,                   -- from system, entity, golden id, source id, fields, new values, base version
    change_set_id bigint NOT NULL REFERENCES ops.change_set,
    batch_id      bigint NOT NULL,
    system        text NOT NULL,
    entity        text NOT NULL,
    golden_id     uuid NOT NULL,
    source_id     text,                            -- null until a create is confirmed
    action        text NOT NULL CHECK (action IN ('create', 'update', 'delete')),
    new           jsonb NOT NULL,                  -- field -> canonical text
    old           jsonb NOT NULL,                  -- field -> canonical text, as last seen
    base          jsonb NOT NULL,                  -- column -> raw text, as last seen
    base_version  bigint NOT NULL,                 -- image version it was planned on, 0 for a create
    reason        jsonb NOT NULL,                  -- field -> winner's system, rule, batch
    state         text NOT NULL DEFAULT 'waiting'
                  CHECK (state IN ('waiting', 'sent', 'confirmed', 'rejected', 'superseded', 'unknown')),
    tries         integer NOT NULL DEFAULT 0,
    token         bigint,                          -- fencing token of the last attempt
    error         text,
    at            timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at      timestamptz
);
CREATE UNIQUE INDEX intent_key ON ops.intent (key);
CREATE INDEX intent_live ON ops.intent (system, entity, intent_id) WHERE state IN ('waiting', 'sent', 'unknown');
CREATE INDEX intent_golden ON ops.intent (golden_id);
CREATE INDEX intent_change_set ON ops.intent (change_set_id);
CREATE INDEX intent_batch ON ops.intent (batch_id);

CREATE TABLE ops.attempt (                         -- one call to a target, for one slice of intents
    attempt_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    batch_id   bigint NOT NULL,
    system     text NOT NULL,
    entity     text NOT NULL,
    token      bigint NOT NULL,
    intents    bigint NOT NULL,
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at   timestamptz,
    outcome    text
);

CREATE TABLE ops.certificate (
    certificate_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    batch_id bigint NOT NULL,
    kind     text NOT NULL,
    body     jsonb NOT NULL,
    at       timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Append-only and hash-chained: each row's hash covers the row before it.
CREATE TABLE ops.audit (
    audit_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor    text NOT NULL,
    action   text NOT NULL,
    subject  text NOT NULL,
    detail   jsonb NOT NULL DEFAULT '{}',
    previous bytea NOT NULL,
    hash     bytea NOT NULL
);
CREATE FUNCTION ops.audit_chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog AS $$
BEGIN
    -- One writer at a time, or two rows would follow the same one.
    PERFORM pg_advisory_xact_lock(hashtextextended('ops.audit', 0));
    NEW.at := clock_timestamp();
    SELECT a.hash INTO NEW.previous FROM ops.audit a ORDER BY a.audit_id DESC LIMIT 1;
    NEW.previous := coalesce(NEW.previous, '\x');
    NEW.hash := sha256(NEW.previous || convert_to(concat_ws(E'\x1f', NEW.audit_id,
        to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), NEW.actor, NEW.action,
        NEW.subject, NEW.detail), 'UTF8'));
    RETURN NEW;
END $$;
CREATE TRIGGER audit_chain BEFORE INSERT ON ops.audit FOR EACH ROW EXECUTE FUNCTION ops.audit_chain();
CREATE FUNCTION ops.audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'ops.audit is append-only'; END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ops.audit
    FOR EACH STATEMENT EXECUTE FUNCTION ops.audit_refuse();

CREATE TABLE ops.model_migration (
    name       text PRIMARY KEY,
    checksum   text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
