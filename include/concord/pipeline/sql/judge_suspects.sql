-- judge_suspects: how many suspects are what, by a second look at each (in stage) against what the hub
-- has seen by now. `timing`: they agree by now, or the hub has a newer state, or capture or something
-- else that is under way brings it. The states in which a record can wait are those of seen.sql.
-- Counted by the company of the records, as the hub has it and as the system has it, see companies.py.
WITH looked AS (
    SELECT s.source_id, bool_or(s.op = 'U') AS there,
        (array_agg(s.raw_hash) FILTER (WHERE s.op = 'U'))[1] AS raw_hash,
        (array_agg({company_there}) FILTER (WHERE s.op = 'U'))[1] AS company
    FROM {stage} AS s
    JOIN {suspects} AS x ON x.source_id = s.source_id
    GROUP BY s.source_id
), held AS (
    SELECT s.source_id, s.raw_hash
    FROM (
{seen}
    ) AS s
    JOIN {suspects} AS x ON x.source_id = s.source_id
)
SELECT k.kind, count(*), sum(greatest(x.copies, 1)), o.company, l.company
FROM {suspects} AS x
LEFT JOIN looked AS l ON l.source_id = x.source_id
LEFT JOIN held AS h ON h.source_id = x.source_id
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN x.copies > 1 THEN 'duplicate key'
        WHEN x.source_id = ANY(%(refused)s) THEN 'unreadable'
        WHEN l.there AND h.source_id IS NOT NULL AND h.raw_hash = l.raw_hash THEN 'timing'
        WHEN NOT coalesce(l.there, false) AND h.source_id IS NULL THEN 'timing'
        WHEN x.captured OR EXISTS (
            SELECT FROM {image} AS i WHERE i.source_id = x.source_id AND i.read_seq > %(seq)s
        ) OR EXISTS (
            SELECT FROM ops.parked AS p
            WHERE p.system = %(system)s AND p.entity = %(entity)s AND p.source_id = x.source_id
              AND p.read_seq > %(seq)s
        ) OR EXISTS (
            SELECT FROM ops.quarantine AS q
            WHERE q.system = %(system)s AND q.entity = %(entity)s AND q.source_id = x.source_id
              AND q.side = 'read' AND (q.state = 'replay' OR q.last_batch > %(batch)s)
        ) OR EXISTS (
            SELECT FROM ops.reread AS r
            WHERE r.system = %(system)s AND r.entity = %(entity)s AND r.source_id = x.source_id
        ) OR EXISTS (  -- a write of ours that was not answered yet, or whose answer is not stored
            SELECT FROM ops.intent AS n
            WHERE n.system = %(system)s AND n.entity = %(entity)s AND n.state IN ('sent', 'unknown')
              AND (n.source_id = x.source_id OR n.action = 'create' AND h.source_id IS NULL)
        ) THEN 'timing'
        WHEN NOT coalesce(l.there, false) THEN 'missing'
        WHEN h.source_id IS NULL THEN 'extra'
        ELSE 'changed'
    END AS kind
) AS k
LEFT JOIN LATERAL (
    SELECT {company} AS company FROM {image} AS i WHERE i.source_id = x.source_id
) AS o ON true
GROUP BY k.kind, o.company, l.company
