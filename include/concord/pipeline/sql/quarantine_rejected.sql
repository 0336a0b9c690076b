-- quarantine_rejected: writes that a target refused for good, with the target's words.
INSERT INTO ops.quarantine (side, system, entity, source_id, raw, causes, first_batch, last_batch)
SELECT DISTINCT ON (coalesce(n.source_id, n.golden_id::text))
       'write', n.system, n.entity, coalesce(n.source_id, n.golden_id::text), n.new,
       jsonb_build_array(jsonb_build_object(
           'rule', 'write', 'column', '', 'expectation', 'accepted by ' || n.system,
           'severity', 'critical', 'owner', 'data-steward', 'message', o.error,
           'intent', n.intent_id)),
       %(batch)s, %(batch)s
FROM outcome AS o
JOIN ops.intent AS n USING (key)
WHERE o.state = 'rejected'
ORDER BY coalesce(n.source_id, n.golden_id::text), n.intent_id DESC
ON CONFLICT (system, entity, source_id, side) WHERE state IN ('open', 'replay')
DO UPDATE SET raw = excluded.raw, causes = excluded.causes, last_batch = excluded.last_batch,
              state = 'open'
