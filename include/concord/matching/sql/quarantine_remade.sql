-- quarantine_remade: records that were deleted and made again under their key, as something else: they
-- have another match key than before and share none. The old thing's other records keep their values.
WITH other AS (
    SELECT w.id, w.system, w.source_id, w.raw, w.raw_hash
    FROM {work} AS w
    JOIN {result} AS r USING (id)
    JOIN {image} AS i ON i.system = w.system AND i.source_id = w.source_id
    WHERE w.remade AND w.known AND NOT ({shared}) AND ({different})
),
marked AS (
    UPDATE {work} AS w SET class = 'doubtful' FROM other AS o WHERE w.id = o.id
),
removed AS (
    DELETE FROM {result} AS r USING other AS o WHERE r.id = o.id
)
INSERT INTO ops.quarantine (system, entity, source_id, raw, raw_hash, causes, first_batch, last_batch)
SELECT o.system, %(entity)s, o.source_id, o.raw, o.raw_hash,
       jsonb_build_array(jsonb_build_object(
           'rule', 'remade', 'column', '', 'expectation', 'remade', 'severity', 'critical',
           'owner', 'data-steward', 'message', 'was deleted in ' || o.system || ' and made again under its'
           ' key as something else: give the new record a key of its own there, or replay to take it as'
           ' the same thing')),
       %(batch)s, %(batch)s
FROM other AS o
ON CONFLICT (system, entity, source_id, side) WHERE state IN ('open', 'replay')
DO UPDATE SET raw = excluded.raw, raw_hash = excluded.raw_hash, causes = excluded.causes,
              last_batch = excluded.last_batch, state = 'open'
