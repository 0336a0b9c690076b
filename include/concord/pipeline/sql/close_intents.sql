-- close_intents: each intent's state as the target answered it.
UPDATE ops.intent AS n
SET state = o.state, source_id = coalesce(o.source_id, n.source_id), error = o.error,
    ended_at = CASE WHEN o.state = 'unknown' THEN NULL ELSE clock_timestamp() END
FROM outcome AS o
WHERE n.key = o.key AND n.state IN ('sent', 'unknown', 'waiting')
