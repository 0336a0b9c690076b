-- stage_golden: the golden records that a batch made or changed, and those in quarantine that may
-- pass now although they did not change; laid out like a stage table.
CREATE UNLOGGED TABLE {stage} AS
SELECT g.golden_id::text AS source_id, 'U'::text AS op, NULL::uuid AS raw_hash, g.golden_id, {fields}
FROM (
    SELECT c.golden_id FROM {golden} AS c WHERE c.batch_id = {batch}
    UNION
    SELECT q.source_id::uuid
    FROM ops.quarantine AS q
    WHERE q.side = 'read' AND q.system = 'golden' AND q.entity = {entity}
      AND (q.state = 'replay' OR q.state = 'open' AND {across})
) AS asked
JOIN {golden} AS g USING (golden_id)
WHERE g.deleted_at IS NULL
