-- The last known state of every record of every system
CREATE TABLE {table} (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    {fields},
    raw         jsonb NOT NULL DEFAULT '{{}}',
    raw_hash    uuid,
    version     bigint NOT NULL DEFAULT 1,
    changed     jsonb NOT NULL DEFAULT '{{}}',
    settled     jsonb NOT NULL DEFAULT '{{}}',
    fixed       text[] NOT NULL DEFAULT '{{}}',
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    PRIMARY KEY (system, source_id)
) PARTITION BY LIST (system)
