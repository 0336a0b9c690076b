-- ask_superseded: writes whose base was no longer there: read the record again, plan it again.
WITH gone AS (
    SELECT n.system, n.entity, n.golden_id, n.source_id
    FROM outcome AS o
    JOIN ops.intent AS n USING (key)
    WHERE o.state = 'superseded'
),
reread AS (
    INSERT INTO ops.reread (system, entity, source_id, reason)
    SELECT DISTINCT system, entity, source_id, 'changed before it could be written'
    FROM gone WHERE source_id IS NOT NULL
    ON CONFLICT DO NOTHING
),
replan AS (
    INSERT INTO ops.replan (entity, golden_id, reason)
    SELECT DISTINCT entity, golden_id, 'a write was superseded' FROM gone
    ON CONFLICT DO NOTHING
)
UPDATE {image} AS i SET version = i.version + 1  -- a new plan on the same base gets a new key
FROM gone AS g
WHERE i.source_id = g.source_id
