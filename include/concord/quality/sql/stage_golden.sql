-- stage_golden: the golden records that a batch made or changed, laid out like a stage table.
CREATE UNLOGGED TABLE {stage} AS
SELECT g.golden_id::text AS source_id, 'U'::text AS op, NULL::uuid AS raw_hash, {fields}
FROM {golden} AS g
WHERE g.batch_id = {batch} AND g.deleted_at IS NULL
