-- troubles: what keeps records from being the same on both sides, the gravest first: the type of the
-- reason, the record, words, and the fields that are meant (null: any). A golden id is a UUID of
-- version 7, unlike the systems' own keys.
SELECT 'quarantine' AS kind, q.entity, q.system,
       CASE WHEN q.system <> 'golden' THEN q.source_id END AS source_id,
       CASE WHEN q.source_id ~ '^[0-9a-f]{{8}}-[0-9a-f]{{4}}-7' THEN q.source_id END AS golden_id,
       CASE WHEN q.side = 'read' THEN q.raw END AS raw,
       coalesce(q.causes -> 0 ->> 'message', q.causes -> 0 ->> 'rule') AS words, q.keys,
       NULL::text[] AS fields
FROM ops.quarantine AS q WHERE q.state IN ('open', 'replay')
UNION ALL
SELECT 'parked', p.entity, p.system, p.source_id, NULL, p.raw,
       'waits for ' || coalesce(p.waits_for -> 0 ->> 'entity', 'another record'), '{{}}', NULL
FROM ops.parked AS p
UNION ALL
SELECT 'held', n.entity, n.system, n.source_id, n.golden_id::text, NULL, s.reason, '{{}}',
       CASE n.action WHEN 'update' THEN ARRAY(SELECT jsonb_object_keys(n.new)) END
FROM ops.intent AS n JOIN ops.change_set AS s USING (change_set_id)
WHERE n.state = 'waiting' AND s.state = 'held'
UNION ALL
SELECT 'review', r.entity, r.system, NULL, r.golden_id::text, NULL, r.kind || ' is to be decided', '{{}}',
       NULL
FROM ops.review AS r WHERE r.state = 'open' AND r.golden_id IS NOT NULL
UNION ALL
SELECT 'conflict', c.entity, NULL, NULL, c.golden_id::text, NULL, c.unit || ' is to be decided', '{{}}',
       NULL
FROM ops.conflict AS c WHERE c.state = 'open'
UNION ALL
SELECT 'timing', n.entity, n.system, n.source_id, n.golden_id::text, NULL, 'a write is on its way', '{{}}',
       CASE n.action WHEN 'update' THEN ARRAY(SELECT jsonb_object_keys(n.new)) END
FROM ops.intent AS n WHERE n.state IN ('sent', 'unknown')
