-- record_sides: golden records, then records by their keys or by the golden record that they belong to.
SELECT 'golden', g.golden_id::text, {golden_values}, g.deleted_at IS NULL
FROM {golden} AS g
WHERE g.golden_id = ANY(%(ids)s::uuid[])
UNION ALL
(SELECT i.system, i.source_id, {values}, i.deleted_at IS NULL
 FROM {image} AS i
 JOIN unnest(%(systems)s::text[], %(records)s::text[]) AS r (system, source_id) USING (system, source_id)
 ORDER BY i.system, i.source_id)
UNION ALL
(SELECT i.system, i.source_id, {values}, i.deleted_at IS NULL
 FROM {image} AS i
 WHERE i.golden_id = ANY(%(all_of)s::uuid[])
 ORDER BY i.system, i.source_id)
