-- Golden records that ended because a person deleted a record in a system whose deletions are passed
-- on. A later change by a person takes the row away again, and the record with it lives on.
CREATE TABLE ops.deletion (
    entity    text NOT NULL,
    golden_id uuid NOT NULL,
    system    text NOT NULL,                       -- where it was deleted
    source_id text NOT NULL,
    batch_id  bigint NOT NULL,
    at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (entity, golden_id)
);

-- Records that say of themselves which other record of their system they were merged into.
CREATE TABLE ops.merged (
    system    text NOT NULL,
    entity    text NOT NULL,
    source_id text NOT NULL,
    into_id   text NOT NULL,                       -- as the record says
    survives  boolean NOT NULL DEFAULT false,      -- the one of a circle of merges that stays
    golden_id uuid NOT NULL,                       -- what it belonged to before
    batch_id  bigint NOT NULL,
    at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (system, entity, source_id)
);
