-- note_changes: one row a changed field of a record that was known before: its base (the image
-- before this batch), its new value, the golden value it met, and whether the base had settled.
CREATE UNLOGGED TABLE {diff} AS
SELECT r.system, r.source_id, r.golden_id, v.unit, v.field, v.base, v.value, v.gold,
       (i.settled ? v.field AND i.settled ->> v.field IS NOT DISTINCT FROM v.gold) AS settled,
       g.golden_id IS NOT NULL AS met
FROM {result} AS r
JOIN {image} AS i ON i.system = r.system AND i.source_id = r.source_id
LEFT JOIN {golden} AS g ON g.golden_id = r.golden_id
CROSS JOIN LATERAL (VALUES {values}) AS v(unit, field, base, value, gold)
WHERE r.known AND v.base IS DISTINCT FROM v.value
