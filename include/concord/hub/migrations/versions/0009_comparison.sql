-- What a full comparison of one entity of one system found, in counts. Records named by their digests
-- (`differing`) are only suspected, until a second look at each: then they are confirmed, or it was a
-- matter of timing.
CREATE TABLE ops.comparison (
    batch_id     bigint NOT NULL REFERENCES ops.batch ON DELETE CASCADE,
    system       text NOT NULL,
    entity       text NOT NULL,
    as_of        timestamptz NOT NULL,             -- all that was committed there by then was compared
    columns      text[] NOT NULL,                  -- the columns that were compared
    compared     bigint NOT NULL,                  -- records, on either side
    differing    bigint NOT NULL,                  -- named by the digests
    confirmed    bigint NOT NULL,                  -- that still differed, and that no capture explains
    missing      bigint NOT NULL,                  -- of these: gone from the system, live in the hub
    extra        bigint NOT NULL,                  -- there, and not in the hub
    changed      bigint NOT NULL,                  -- otherwise than in the hub
    late         bigint NOT NULL,                  -- that capture should have brought and had not
    timing       bigint NOT NULL,                  -- agreed by the second look, or on their way anyway
    incomparable bigint NOT NULL,                  -- in no other count
    reasons      jsonb NOT NULL DEFAULT '{}',      -- why not comparable -> count
    companies    jsonb NOT NULL DEFAULT '{}',      -- company -> {records there, missing, extra, changed}
    rows_moved   bigint NOT NULL,                  -- records that travelled
    seconds      double precision NOT NULL,
    PRIMARY KEY (batch_id, system, entity),
    CHECK (confirmed = missing + extra + changed AND differing = confirmed + timing),
    CHECK (late <= confirmed)
);
CREATE INDEX comparison_of ON ops.comparison (system, entity, batch_id DESC);
