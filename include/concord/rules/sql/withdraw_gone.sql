-- withdraw_gone: records from the rule that it does not want any more, as they were, with the values that
-- say so.
INSERT INTO pg_temp.wanted (rule_key, rule_subject, {fields})
SELECT substr(i.source_id, length(%(prefix)s) + 1), (i.raw ->> '_subject')::uuid, {values}
FROM {partition} AS i
WHERE i.deleted_at IS NULL AND i.raw ->> '_rule' = %(rule)s
  AND (%(subjects)s::uuid[] IS NULL OR i.raw ->> '_subject' = ANY((%(subjects)s::uuid[])::text[]))
  AND NOT i.raw ->> '_subject' = ANY((%(waiting)s::uuid[])::text[])
  AND NOT EXISTS (
      SELECT FROM pg_temp.wanted AS w WHERE i.source_id = %(prefix)s || w.rule_key)
