-- pass_on_deletions: deletions in one system that end the golden record. Not when this batch has a
-- new state of it from elsewhere, when it had moved on and this system did not hold that yet, when
-- one of its records waits in a queue, or when a system holds two records of it: then whoever
-- deleted knew something else than the others, and nothing is deleted.
INSERT INTO ops.deletion (entity, golden_id, system, source_id, batch_id)
SELECT %(entity)s, i.golden_id, %(system)s, i.source_id, %(batch)s
FROM {work} AS w
JOIN {partition} AS i ON i.source_id = w.source_id
JOIN {golden} AS g ON g.golden_id = i.golden_id
WHERE w.system = %(system)s AND w.class = 'new' AND w.op = 'D' AND g.deleted_at IS NULL
  AND NOT ({pending}) AND NOT {merged} AND NOT {adds}
  AND NOT EXISTS (
      SELECT FROM {result} AS r WHERE r.golden_id = i.golden_id AND NOT {row_adds})
  AND NOT EXISTS (
      SELECT FROM {image} AS o
      WHERE o.golden_id = i.golden_id AND o.deleted_at IS NULL AND (
          EXISTS (
              SELECT FROM ops.quarantine AS q
              WHERE q.system = o.system AND q.entity = %(entity)s AND q.source_id = o.source_id
                AND q.side = 'read' AND q.state IN ('open', 'replay'))
          OR EXISTS (
              SELECT FROM ops.parked AS p
              WHERE p.system = o.system AND p.entity = %(entity)s AND p.source_id = o.source_id)))
  AND NOT EXISTS (
      SELECT FROM {image} AS o
      WHERE o.golden_id = i.golden_id AND o.deleted_at IS NULL AND NOT {other_merged}
        AND NOT {other_adds}
      GROUP BY o.system
      HAVING count(*) > 1 AND o.system <> 'rules' OR o.system = %(system)s)
ON CONFLICT DO NOTHING
