-- heal_quarantine: open entries of records that came good (or are gone) in this batch.
UPDATE ops.quarantine AS q
SET state = 'healed', closed_at = clock_timestamp(), closed_by = coalesce(q.closed_by, 'concord'),
    reason = CASE WHEN w.op = 'D' THEN 'deleted in its system'
                  WHEN q.state = 'replay' AND q.fix <> '{{}}' THEN 'corrected and replayed'
                  ELSE 'passes now' END
FROM {work} AS w
WHERE q.side = 'read'
  AND (q.state IN ('open', 'replay') OR q.state = 'dismissed' AND w.op = 'D')
  AND q.system = w.system AND q.entity = %(entity)s AND q.source_id = w.source_id
  AND w.class IN ('new', 'unchanged', 'parked')
