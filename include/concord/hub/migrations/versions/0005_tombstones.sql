-- Golden records of which a system deleted its record and gave the key to something else: the deleted
-- image is gone, and it still must not be made anew there.
CREATE TABLE ops.tombstone (
    system    text NOT NULL,
    entity    text NOT NULL,
    golden_id uuid NOT NULL,
    batch_id  bigint NOT NULL,
    at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (system, entity, golden_id)
);
