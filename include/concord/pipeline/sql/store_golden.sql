-- store_golden: changed golden records stored; those without a live image are marked as deleted.
WITH buried AS (
    UPDATE {golden} AS g
    SET deleted_at = clock_timestamp(), updated_at = clock_timestamp(), version = g.version + 1,
        batch_id = %(batch)s
    FROM {new} AS n
    WHERE n.golden_id = g.golden_id AND n.gone AND n.differs
)
INSERT INTO {golden} AS golden (golden_id, {fields}, provenance, version, batch_id, created_at, updated_at)
SELECT n.golden_id, {new_fields}, n.provenance, 1, %(batch)s, clock_timestamp(), clock_timestamp()
FROM {new} AS n
WHERE n.differs AND NOT n.gone
ON CONFLICT (golden_id) DO UPDATE SET
    {set_fields},
    provenance = excluded.provenance,
    version = golden.version + 1,
    batch_id = excluded.batch_id,
    updated_at = excluded.updated_at,
    deleted_at = NULL
