-- undo_units: each unit that a confirmed update of one change set wrote: what it held before, and
-- whether golden record and written record still hold what was written (untouched); what is golden
-- now (gold), and the fields written, as they were (old) and as they became (new).
CREATE TEMP TABLE undo ON COMMIT DROP AS
SELECT n.intent_id, n.golden_id, n.source_id, v.unit, v.gold || p.old AS value, v.gold, p.old, p.new,
       coalesce(g.deleted_at IS NULL AND i.deleted_at IS NULL AND v.gold @> p.new
                AND (v.mine || i.settled) @> p.new, false) AS untouched
FROM ops.intent AS n
LEFT JOIN {golden} AS g USING (golden_id)
LEFT JOIN {image} AS i ON i.source_id = n.source_id
CROSS JOIN LATERAL (VALUES {units}) AS v(unit, fields, gold, mine)
CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(f, n.new -> f) AS new, jsonb_object_agg(f, n.old -> f) AS old
    FROM unnest(v.fields) AS f WHERE n.new ? f
) AS p
WHERE n.change_set_id = %(change_set)s AND n.state = 'confirmed' AND n.action = 'update'
  AND n.new ?| v.fields AND p.new IS NOT NULL
