-- create_incoming: every staged row of one entity in this batch, over all systems, with its class:
-- new, unchanged, older, duplicate, quarantined, parked, held, unbound (becomes parked), and after a
-- system was set back: set_back (a state that it had before), doubtful (one that nobody knows; also a
-- record that was deleted and made again as something else).
CREATE UNLOGGED TABLE {work} (
    id         bigint GENERATED ALWAYS AS IDENTITY,
    system     text,
    source_id  text,
    op         text,
    class      text,
    origin     text,   -- stage, or parked when it was not read in this batch
    raw        jsonb,  -- the values to clean (corrected ones where a steward gave a fix)
    source_raw jsonb,  -- the values as the source has them
    raw_hash   uuid,
    read_seq   bigint,
    known      boolean,  -- there is a live image of it
    fixed      text[], -- source columns that a steward corrected
    remade     boolean NOT NULL DEFAULT false  -- deleted since the last reading, and made again
)
