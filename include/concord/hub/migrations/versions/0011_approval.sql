-- What a write puts at stake, in the company's currency; null where that is not known.
ALTER TABLE ops.intent ADD COLUMN money numeric;

ALTER TABLE ops.change_set
    ADD COLUMN money      numeric NOT NULL DEFAULT 0,  -- at stake in its writes, in the company's currency
    ADD COLUMN unpriced   bigint NOT NULL DEFAULT 0,   -- writes whose money is not known: no rate
    ADD COLUMN why        jsonb NOT NULL DEFAULT '{}', -- `reason` in parts: {limit, ...}
    ADD COLUMN part       jsonb,                       -- which of its writes were decided, if not all
    ADD COLUMN split_from bigint REFERENCES ops.change_set,  -- it holds what was left of that one
    ADD COLUMN asked_at   timestamptz,                 -- when Airflow asked about it, and
    ADD COLUMN asked_up_to bigint;                     -- the newest write that it asked about

-- Held writes can all be planned anew before anybody decides: nothing is left to ask then.
ALTER TABLE ops.change_set DROP CONSTRAINT change_set_state_check;
ALTER TABLE ops.change_set ADD CONSTRAINT change_set_state_check CHECK (state IN
    ('passed', 'held', 'approved', 'rejected', 'dry_run', 'superseded'));
ALTER TABLE ops.change_set DROP CONSTRAINT change_set_batch_id_system_entity_key;
CREATE UNIQUE INDEX change_set_planned ON ops.change_set (batch_id, system, entity) WHERE split_from IS NULL;
CREATE INDEX change_set_held ON ops.change_set (change_set_id) WHERE state = 'held';

-- Of held deletions, how many there were when Airflow asked: an answer is about no more.
ALTER TABLE ops.review ADD COLUMN asked bigint;

-- Where writes were let through before. Nothing there: the next ones are a first load.
CREATE TABLE ops.opened (
    system        text NOT NULL,
    entity        text NOT NULL,
    change_set_id bigint NOT NULL,
    at            timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (system, entity)
);
INSERT INTO ops.opened (system, entity, change_set_id)
SELECT s.system, s.entity, min(s.change_set_id)
FROM ops.change_set AS s WHERE s.state IN ('passed', 'approved')
GROUP BY s.system, s.entity;

-- Two systems that are connected for the first time, from the profile to the last write.
CREATE TABLE ops.initial_load (
    initial_load_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id      text NOT NULL UNIQUE,
    entities    text[] NOT NULL,
    state       text NOT NULL DEFAULT 'profiling'
                CHECK (state IN ('profiling', 'asked', 'approved', 'rejected', 'done')),
    rehearsal   bigint REFERENCES ops.batch ON DELETE SET NULL,  -- the dry run that its profile comes from
    rounds      integer NOT NULL DEFAULT 0,        -- batches that wrote, so far
    started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    decided_at  timestamptz,
    decided_by  text,
    comment     text,
    ended_at    timestamptz
);
