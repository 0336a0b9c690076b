-- quarantine_cleaned: rows that cleaning could not understand, moved from new to quarantined.
WITH bad AS (
    UPDATE {work} AS w SET class = 'quarantined'
    FROM unnest(%(ids)s::bigint[], %(causes)s::jsonb[]) AS e(id, causes)
    WHERE w.id = e.id AND w.class = 'new'
    RETURNING w.system, w.source_id, coalesce(w.source_raw, w.raw) AS raw, w.raw_hash, e.causes
),
unparked AS (  -- a woken row that turns out bad waits in quarantine, not among the parked
    DELETE FROM ops.parked AS p USING bad
    WHERE p.system = bad.system AND p.entity = %(entity)s AND p.source_id = bad.source_id
)
INSERT INTO ops.quarantine (system, entity, source_id, raw, raw_hash, causes, first_batch, last_batch)
SELECT b.system, %(entity)s, b.source_id, b.raw, b.raw_hash, b.causes, %(batch)s, %(batch)s
FROM bad AS b
ON CONFLICT (system, entity, source_id, side) WHERE state IN ('open', 'replay')
DO UPDATE SET raw = excluded.raw, raw_hash = excluded.raw_hash, causes = excluded.causes,
              last_batch = excluded.last_batch, state = 'open'
