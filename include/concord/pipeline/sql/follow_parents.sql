-- follow_parents: records of one system that refer to records which belong to another golden record
-- since this batch; their golden records are computed and planned anew.
WITH followed AS (
    SELECT c.source_id, r.golden_id AS parent
    FROM {result} AS r
    JOIN {parent_history} AS h
      ON h.system = r.system AND h.source_id = r.source_id AND h.replaced_batch = %(batch)s
    JOIN {child} AS c ON {ref} = h.golden_id AND c.raw ->> {column} = r.source_id
    WHERE r.system = %(system)s AND r.matched_by IN ('merged', 'unmerged')
      AND {ref} <> r.golden_id
),
kept AS (
    INSERT INTO {child_history} ({stored}, replaced_batch, replaced_at)
    SELECT {stored_c}, %(batch)s, clock_timestamp()
    FROM {child} AS c JOIN followed USING (source_id)
),
replanned AS (
    INSERT INTO ops.replan (entity, golden_id, reason)
    SELECT DISTINCT %(child)s, c.golden_id, 'what it refers to was merged or taken apart'
    FROM {child} AS c JOIN followed USING (source_id)
    ON CONFLICT DO NOTHING
)
UPDATE {child} AS c SET {ref_name} = f.parent, version = c.version + 1
FROM followed AS f
WHERE c.source_id = f.source_id
