-- heal_unwanted: quarantine entries of records that the rule does not want any more.
UPDATE ops.quarantine AS q
SET state = 'healed', closed_at = clock_timestamp(), closed_by = coalesce(q.closed_by, 'concord'),
    reason = 'the rule does not want it any more'
WHERE q.side = 'read' AND q.state IN ('open', 'replay') AND q.system = 'rules' AND q.entity = %(entity)s
  AND q.raw ->> '_rule' = %(rule)s
  AND (%(subjects)s::uuid[] IS NULL OR q.raw ->> '_subject' = ANY((%(subjects)s::uuid[])::text[]))
  AND NOT coalesce(q.raw ->> '_subject' = ANY((%(waiting)s::uuid[])::text[]), false)
  AND NOT EXISTS (
      SELECT FROM pg_temp.wanted AS w WHERE q.source_id = %(prefix)s || w.rule_key)
