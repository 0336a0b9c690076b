-- create_result: new good states of records of one entity, cleaned, one row a record.
CREATE UNLOGGED TABLE {result} (
    id         bigint,
    system     text,
    source_id  text,
    golden_id  uuid,
    known      boolean,
    matched_by text,
    raw        jsonb,
    raw_hash   uuid,
    read_seq   bigint,
    fixed      text[],
    {columns}
)
