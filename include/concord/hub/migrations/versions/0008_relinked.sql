-- Golden records that have a new place in some system, or whose records belong to another one now,
-- for entities that refer to them and were not part of that batch: their next batch looks again at
-- what refers to these. Rows are only added and taken away, so that nobody waits for anybody here.
CREATE TABLE ops.relinked (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    child     text NOT NULL,                       -- the entity that refers
    entity    text NOT NULL,                       -- the entity that is referred to
    golden_id uuid NOT NULL,                       -- what records of `child` may refer to
    system    text,                                -- its record that belongs to another golden
    source_id text,                                -- record now; null when it was only placed
    batch_id  bigint NOT NULL,                     -- the one that left it, then the one that took it
    taken     boolean NOT NULL DEFAULT false
);
CREATE INDEX relinked_child ON ops.relinked (child, entity);
