-- What a task was when a steward looked at it: a decision on an older version is refused. Counted by
-- the database, since many statements of the engine touch these rows too.
CREATE FUNCTION ops.next_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$;

-- `ordered`, `receivable`: value of the open orders and unpaid invoices that depend on the record, in
-- the company's currency; `exposed_at`: when that was looked up.
ALTER TABLE ops.review
    ADD COLUMN version bigint NOT NULL DEFAULT 1,
    ADD COLUMN decided jsonb,                      -- {choice, before, after, ...}, once a person decided
    ADD COLUMN ordered numeric,
    ADD COLUMN receivable numeric,
    ADD COLUMN exposure numeric NOT NULL
        GENERATED ALWAYS AS (coalesce(ordered, 0) + coalesce(receivable, 0)) STORED,
    ADD COLUMN exposed_at timestamptz;
CREATE TRIGGER review_version BEFORE UPDATE ON ops.review FOR EACH ROW
    WHEN ((OLD.state, OLD.detail) IS DISTINCT FROM (NEW.state, NEW.detail))
    EXECUTE FUNCTION ops.next_version();
ALTER TABLE ops.review DROP CONSTRAINT review_kind_check;
ALTER TABLE ops.review ADD CONSTRAINT review_kind_check CHECK (kind IN
    ('match', 'double', 'conflict', 'change_set', 'schema', 'mass_deletion', 'set_back', 'undo', 'rule',
     'tie', 'proposal', 'write_back'));
CREATE INDEX review_oldest ON ops.review (review_id) WHERE state = 'open';
CREATE INDEX review_dearest ON ops.review (exposure DESC, review_id) WHERE state = 'open';
CREATE INDEX review_exposed ON ops.review (exposed_at NULLS FIRST) WHERE state = 'open';
CREATE INDEX review_latest ON ops.review (closed_at DESC, review_id DESC) WHERE state <> 'open';
CREATE INDEX review_golden ON ops.review (golden_id) WHERE golden_id IS NOT NULL;
CREATE INDEX review_subject ON ops.review (subject, kind) WHERE state <> 'open';

ALTER TABLE ops.quarantine
    ADD COLUMN version bigint NOT NULL DEFAULT 1,
    ADD COLUMN reason_code text,
    ADD COLUMN acted_at timestamptz,               -- when a steward last did something about it
    ADD COLUMN ordered numeric,
    ADD COLUMN receivable numeric,
    ADD COLUMN exposure numeric NOT NULL
        GENERATED ALWAYS AS (coalesce(ordered, 0) + coalesce(receivable, 0)) STORED,
    ADD COLUMN exposed_at timestamptz;
CREATE TRIGGER quarantine_version BEFORE UPDATE ON ops.quarantine FOR EACH ROW
    WHEN ((OLD.state, OLD.raw, OLD.causes, OLD.fix) IS DISTINCT FROM (NEW.state, NEW.raw, NEW.causes, NEW.fix))
    EXECUTE FUNCTION ops.next_version();
CREATE INDEX quarantine_oldest ON ops.quarantine (quarantine_id) WHERE state IN ('open', 'replay');
CREATE INDEX quarantine_dearest ON ops.quarantine (exposure DESC, quarantine_id)
    WHERE state IN ('open', 'replay');
CREATE INDEX quarantine_exposed ON ops.quarantine (exposed_at NULLS FIRST) WHERE state IN ('open', 'replay');
CREATE INDEX quarantine_record ON ops.quarantine (source_id, entity);
CREATE INDEX parked_waits_for ON ops.parked USING gin (waits_for jsonb_path_ops);

-- A decision that comes with a correction waits for it to be taken: until then `quarantine_id` names it.
ALTER TABLE ops.decision ADD COLUMN quarantine_id bigint;
CREATE INDEX decision_waiting ON ops.decision (quarantine_id) WHERE quarantine_id IS NOT NULL;

-- A steward's word on which golden record a record belongs to; taken by the entity's next batch.
CREATE TABLE ops.placement (
    placement_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entity    text NOT NULL,
    system    text NOT NULL,
    source_id text NOT NULL,
    golden_id uuid NOT NULL,                       -- where it belongs from now on
    joins     boolean NOT NULL,                    -- to what is there; false: a golden record of its own
    review_id bigint NOT NULL REFERENCES ops.review,
    batch_id  bigint,                              -- which took it; null until then
    at        timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE UNIQUE INDEX placement_waiting ON ops.placement (entity, system, source_id) WHERE batch_id IS NULL;
CREATE INDEX placement_review ON ops.placement (review_id);

-- A rule that fails, from its first failing run to the run in which nothing fails any more.
CREATE TABLE ops.incident (
    incident_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    system      text NOT NULL,
    entity      text NOT NULL,
    rule        text NOT NULL,
    severity    text NOT NULL,
    owner       text NOT NULL,
    meaning     jsonb NOT NULL,                    -- language -> the rule in words
    state       text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
    failed      bigint NOT NULL,                   -- rows in the last failing run
    runs        bigint NOT NULL DEFAULT 1,         -- that failed
    opened_batch bigint NOT NULL,
    last_batch  bigint NOT NULL,                   -- the last one that failed
    opened_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    closed_at   timestamptz,
    closed_by   text,
    reason_code text,
    comment     text,
    version     bigint NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX incident_open ON ops.incident (system, entity, rule) WHERE state = 'open';
CREATE INDEX incident_oldest ON ops.incident (incident_id) WHERE state = 'open';
CREATE INDEX incident_latest ON ops.incident (closed_at DESC, incident_id DESC) WHERE state = 'closed';
CREATE INDEX incident_rule ON ops.incident (system, entity, rule, incident_id);
CREATE TRIGGER incident_version BEFORE UPDATE ON ops.incident FOR EACH ROW
    WHEN ((OLD.state, OLD.owner, OLD.reason_code, OLD.comment)
          IS DISTINCT FROM (NEW.state, NEW.owner, NEW.reason_code, NEW.comment))
    EXECUTE FUNCTION ops.next_version();
CREATE INDEX attempt_token ON ops.attempt (token, system, entity);
CREATE INDEX redirect_to ON ops.redirect (to_id);
CREATE INDEX validation_rule ON ops.validation (system, entity, rule, batch_id DESC);
