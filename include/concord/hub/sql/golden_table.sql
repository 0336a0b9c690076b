-- The unified state of each thing
CREATE TABLE {table} (
    golden_id  uuid PRIMARY KEY,
    {fields},
    provenance jsonb NOT NULL DEFAULT '{{}}',
    version    bigint NOT NULL DEFAULT 1,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deleted_at timestamptz
)
