-- ask_deletions: deletions that would be passed on but must not be: records of the same thing live on
-- in other systems, and a person is asked what was meant.
INSERT INTO ops.review (kind, entity, golden_id, subject, detail, batch_id)
SELECT DISTINCT ON (i.golden_id)
       'conflict', %(entity)s, i.golden_id, i.golden_id || '/deletion',
       jsonb_build_object('unit', 'deletion', 'deleted_in', i.system, 'source_id', i.source_id),
       %(batch)s
FROM {work} AS w
JOIN {partition} AS i ON i.source_id = w.source_id
WHERE w.system = %(system)s AND w.class = 'new' AND w.op = 'D' AND NOT {merged} AND NOT {adds}
  AND NOT EXISTS (
      SELECT FROM ops.deletion AS d WHERE d.entity = %(entity)s AND d.golden_id = i.golden_id)
  AND EXISTS (
      SELECT FROM {image} AS o
      WHERE o.golden_id = i.golden_id AND o.deleted_at IS NULL AND NOT {other_merged}
        AND NOT {other_adds})
  AND NOT EXISTS (
      SELECT FROM {partition} AS o
      WHERE o.golden_id = i.golden_id AND o.deleted_at IS NULL AND NOT {other_merged})
ON CONFLICT (kind, coalesce(system, ''), coalesce(entity, ''), subject) WHERE state = 'open'
DO NOTHING
