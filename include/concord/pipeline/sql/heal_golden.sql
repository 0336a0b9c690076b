-- heal_golden: golden records in quarantine that pass now.
UPDATE ops.quarantine AS q
SET state = 'healed', closed_at = clock_timestamp(), closed_by = 'concord', reason = 'passes now'
FROM {stage} AS s
WHERE q.system = 'golden' AND q.entity = %(entity)s AND q.side = 'read'
  AND q.state IN ('open', 'replay') AND q.source_id = s.source_id AND q.last_batch <> %(batch)s
