-- States of records that were replaced
CREATE TABLE {table} (
    system      text NOT NULL,
    source_id   text NOT NULL,
    golden_id   uuid,
    {fields},
    raw         jsonb NOT NULL,
    raw_hash    uuid,
    version     bigint NOT NULL,
    changed     jsonb NOT NULL,
    settled     jsonb NOT NULL,
    fixed       text[] NOT NULL,
    read_seq    bigint NOT NULL,
    first_batch bigint NOT NULL,
    seen_batch  bigint NOT NULL,
    deleted_at  timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
