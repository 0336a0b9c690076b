-- overtaken: new states whose image has become newer since they were classified, by a write that was
-- confirmed meanwhile. They are let go. The other images stay locked until this batch has taken
-- them, so that no confirmation comes in between.
WITH held AS (
    SELECT i.system, i.source_id, i.read_seq
    FROM {image} AS i
    JOIN {work} AS w ON w.system = i.system AND w.source_id = i.source_id
    WHERE w.class IN ('new', 'set_back')
    ORDER BY i.system, i.source_id
    FOR NO KEY UPDATE OF i
),
late AS (
    UPDATE {work} AS w SET class = 'older'
    FROM held AS h
    WHERE w.system = h.system AND w.source_id = h.source_id AND w.class IN ('new', 'set_back')
      AND h.read_seq >= w.read_seq
    RETURNING w.system, w.source_id
)
DELETE FROM {result} AS r
USING late AS l
WHERE r.system = l.system AND r.source_id = l.source_id
