-- create_suspects: records that a comparison named. `copies`: how many the system has of the key;
-- `captured`: capture has brought it into stage by itself.
CREATE UNLOGGED TABLE {suspects} (
    source_id text PRIMARY KEY,
    copies    bigint NOT NULL,
    captured  boolean NOT NULL DEFAULT false
)
