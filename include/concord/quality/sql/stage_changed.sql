-- stage_changed: the golden records that a batch made or changed.
INSERT INTO {stage}
SELECT g.golden_id::text, 'U', NULL, g.golden_id, {fields}
FROM {golden} AS g
WHERE g.batch_id = {batch} AND g.deleted_at IS NULL
  AND NOT EXISTS (SELECT FROM {stage} AS s WHERE s.golden_id = g.golden_id)
