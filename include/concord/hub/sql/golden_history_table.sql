-- Unified states that were replaced
CREATE TABLE {table} (
    golden_id  uuid NOT NULL,
    {fields},
    provenance jsonb NOT NULL,
    version    bigint NOT NULL,
    batch_id   bigint NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    replaced_batch bigint NOT NULL,
    replaced_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
