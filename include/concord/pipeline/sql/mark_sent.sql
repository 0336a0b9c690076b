-- mark_sent: intents that go out now. Left out: what a batch planned anew since they were read, and
-- a create of what an earlier write has made or may still be making; that is planned again.
WITH chosen AS (
    SELECT n.intent_id, n.entity, n.golden_id,
           n.action = 'create' AND (
               EXISTS (SELECT FROM {image} AS i
                       WHERE i.golden_id = n.golden_id AND i.deleted_at IS NULL)
               OR EXISTS (SELECT FROM ops.intent AS o
                          WHERE o.golden_id = n.golden_id AND o.system = n.system
                            AND o.entity = n.entity AND o.action = 'create'
                            AND o.intent_id < n.intent_id AND o.state IN ('waiting', 'sent', 'unknown'))
           ) AS overtaken
    FROM ops.intent AS n
    WHERE n.intent_id = ANY(%(intents)s) AND n.state IN ('waiting', 'sent', 'unknown')
    FOR UPDATE OF n
),
asked AS (
    INSERT INTO ops.replan (entity, golden_id, reason)
    SELECT c.entity, c.golden_id, 'made by an earlier write' FROM chosen AS c WHERE c.overtaken
    ON CONFLICT DO NOTHING
)
UPDATE ops.intent AS n
SET state = CASE WHEN c.overtaken THEN 'superseded' ELSE 'sent' END,
    ended_at = CASE WHEN c.overtaken THEN clock_timestamp() END,
    error = CASE WHEN c.overtaken THEN 'made by an earlier write' END,
    tries = n.tries + CASE WHEN c.overtaken THEN 0 ELSE 1 END,
    token = CASE WHEN c.overtaken THEN n.token ELSE %(token)s END
FROM chosen AS c
WHERE n.intent_id = c.intent_id
RETURNING n.intent_id, c.overtaken
