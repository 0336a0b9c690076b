-- classify: the staged rows of one system with what each means for the hub.
WITH staged AS (
    SELECT s.*, row_number() OVER (
               PARTITION BY s.source_id ORDER BY s.op = 'U' DESC, s.ctid DESC) AS nth,
           bool_or(s.op = 'D') OVER (PARTITION BY s.source_id) AS gone
    FROM {stage} AS s
),
unsettled AS (  -- a create of ours may be among the new records and is not bound yet
    SELECT EXISTS (
        SELECT FROM ops.intent AS n
        WHERE n.system = %(system)s AND n.entity = %(entity)s AND n.action = 'create'
          AND n.state IN ('sent', 'unknown')
    ) AS creating
),
written AS (  -- what was read of these may hold our write or not, which is not confirmed yet
    SELECT DISTINCT n.source_id FROM ops.intent AS n
    WHERE n.system = %(system)s AND n.entity = %(entity)s AND n.source_id IS NOT NULL
      AND n.state IN ('sent', 'unknown')
)
INSERT INTO {work} (system, source_id, op, class, origin, raw, source_raw, raw_hash, read_seq, known, fixed,
                    remade)
SELECT %(system)s, s.source_id, s.op, k.class, 'stage',
       CASE WHEN k.class IN ('new', 'unbound', 'quarantined', 'set_back', 'doubtful') AND s.op = 'U' THEN {raw} END,
       CASE WHEN k.class IN ('new', 'unbound') AND s.op = 'U' AND replay.quarantine_id IS NOT NULL
            THEN replay.raw END,
       s.raw_hash, %(seq)s, i.source_id IS NOT NULL AND (i.deleted_at IS NULL OR %(ignores)s),
       ARRAY(SELECT jsonb_object_keys(replay.fix)), s.op = 'U' AND s.gone
FROM staged AS s
CROSS JOIN unsettled AS u
LEFT JOIN {image} AS i ON i.source_id = s.source_id
LEFT JOIN written AS own ON own.source_id = s.source_id
LEFT JOIN {failing} AS bad ON bad.source_id = s.source_id
LEFT JOIN ops.quarantine AS replay
    ON replay.system = %(system)s AND replay.entity = %(entity)s AND replay.source_id = s.source_id
   AND replay.side = 'read' AND replay.state = 'replay' AND replay.fix <> '{{}}'
   AND replay.raw_hash = s.raw_hash AND bad.source_id IS NULL
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN s.nth > 1 THEN 'duplicate'
        WHEN %(obsolete)s THEN 'older'
        WHEN i.read_seq >= %(seq)s THEN 'older'
        WHEN own.source_id IS NOT NULL THEN 'older'
        WHEN s.op = 'D' AND (i.source_id IS NULL OR i.deleted_at IS NOT NULL) THEN 'unchanged'
        WHEN s.op = 'D' AND %(hold_deletes)s THEN 'held'
        WHEN s.op = 'D' THEN 'new'
        WHEN bad.source_id IS NOT NULL THEN 'quarantined'
        WHEN replay.quarantine_id IS NOT NULL THEN 'new'
        WHEN i.deleted_at IS NULL AND i.raw_hash = s.raw_hash THEN 'unchanged'
        WHEN %(set_back)s AND i.deleted_at IS NULL AND EXISTS (
            SELECT FROM {history} AS h
            WHERE h.system = %(system)s AND h.source_id = s.source_id AND h.raw_hash = s.raw_hash
        ) THEN 'set_back'
        WHEN %(set_back)s AND i.source_id IS NOT NULL THEN 'doubtful'
        WHEN u.creating AND (i.source_id IS NULL OR i.deleted_at IS NOT NULL) THEN 'unbound'
        ELSE 'new'
    END AS class
) AS k
