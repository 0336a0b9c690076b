-- written_since: writes of golden records planned since a moment, of some fields or of any.
SELECT n.system, n.action, n.state, n.ended_at, n.batch_id, n.error
FROM ops.intent AS n
WHERE n.golden_id = ANY(%(ids)s::uuid[]) AND n.entity = %(entity)s AND n.at > %(at)s
  AND (%(fields)s::text[] IS NULL OR n.action <> 'update' OR n.new ?| %(fields)s::text[])
ORDER BY n.intent_id
