-- record_writes: planned writes of a golden record with the calls that carried them, newest first.
SELECT n.intent_id, n.system, n.source_id, n.action, n.state, n.batch_id, n.change_set_id, s.state,
       n.at, n.ended_at, n.tries, n.error, n.old, n.new, n.reason,
       (SELECT jsonb_agg(jsonb_build_object('started', a.started_at, 'ended', a.ended_at,
                                            'outcome', a.outcome) ORDER BY a.attempt_id)
        FROM ops.attempt AS a
        WHERE a.system = n.system AND a.entity = n.entity AND a.token = n.token
          AND a.batch_id >= n.batch_id)
FROM ops.intent AS n
JOIN ops.change_set AS s USING (change_set_id)
WHERE n.golden_id = %(golden_id)s AND n.entity = %(entity)s
  AND (%(before)s::bigint IS NULL OR n.intent_id < %(before)s)
ORDER BY n.intent_id DESC
LIMIT %(limit)s
