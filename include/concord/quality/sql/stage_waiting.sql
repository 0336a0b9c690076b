-- stage_waiting: golden records in quarantine that may pass now although they did not change, laid out
-- like a stage table.
CREATE UNLOGGED TABLE {stage} AS
SELECT g.golden_id::text AS source_id, 'U'::text AS op, NULL::uuid AS raw_hash, g.golden_id, {fields}
FROM ops.quarantine AS q
JOIN {golden} AS g ON g.golden_id = q.source_id::uuid
WHERE q.side = 'read' AND q.system = 'golden' AND q.entity = {entity}
  AND (q.state = 'replay' OR q.state = 'open' AND {across})
  AND g.deleted_at IS NULL
