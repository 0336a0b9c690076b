-- hub_troubles: the troubles of some entities on one side, and what else is still to be done there.
-- A decision that is open holds a record as a held change set does.
SELECT CASE t.kind WHEN 'review' THEN 'held' WHEN 'conflict' THEN 'held' ELSE t.kind END AS kind,
       t.source_id, t.golden_id, t.words
FROM ({troubles}) AS t
WHERE t.entity = ANY (%(entities)s)
  AND (t.system IS NULL OR t.system IN (%(system)s, 'golden'))
  AND (t.fields IS NULL OR t.fields && %(fields)s::text[])
UNION ALL
SELECT 'held', n.source_id, n.golden_id::text, 'a dry run: it was planned and not written'
FROM ops.intent AS n JOIN ops.change_set AS s USING (change_set_id)
WHERE s.state = 'dry_run' AND s.batch_id = %(batch)s AND n.system = %(system)s
  AND n.entity = ANY (%(entities)s)
UNION ALL
SELECT 'timing', n.source_id, n.golden_id::text, 'a write is on its way'
FROM ops.intent AS n JOIN ops.change_set AS s USING (change_set_id)
WHERE n.state = 'waiting' AND s.state IN ('passed', 'approved') AND n.system = %(system)s
  AND n.entity = ANY (%(entities)s)
  AND (n.action <> 'update' OR n.new ?| %(fields)s::text[])
UNION ALL
SELECT 'timing', NULL, p.golden_id::text, 'its writes are still to be planned'
FROM ops.replan AS p WHERE p.entity = ANY (%(entities)s)
UNION ALL
SELECT 'timing', r.source_id, NULL, 'it is to be read again'
FROM ops.reread AS r WHERE r.system = %(system)s AND r.entity = ANY (%(entities)s)
UNION ALL
SELECT 'timing', NULL, d.subject::text, 'a business rule has still to look at it'
FROM ops.due AS d WHERE d.at <= clock_timestamp()
UNION ALL
SELECT 'policy', NULL, t.golden_id::text, 'it stays away: its key there names something else now'
FROM ops.tombstone AS t WHERE t.system = %(system)s AND t.entity = ANY (%(entities)s)
