-- withdraw: records from the rule that it does not want any more, staged as deletions.
INSERT INTO {stage} (source_id, op)
SELECT i.source_id, 'D'
FROM {partition} AS i
WHERE i.deleted_at IS NULL AND i.raw ->> '_rule' = %(rule)s
  AND (%(subjects)s::uuid[] IS NULL OR i.raw ->> '_subject' = ANY((%(subjects)s::uuid[])::text[]))
  AND NOT i.raw ->> '_subject' = ANY((%(waiting)s::uuid[])::text[])
  AND NOT EXISTS (
      SELECT FROM pg_temp.wanted AS w WHERE i.source_id = %(prefix)s || w.rule_key)
