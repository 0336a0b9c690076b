-- keep_corrections: decisions that came with a correction which this batch takes: the correction is a
-- change of their own record, which would overtake them.
UPDATE ops.decision AS d
SET batch_id = %(batch)s, quarantine_id = NULL
FROM ops.quarantine AS q
JOIN {result} AS r ON r.system = q.system AND r.source_id = q.source_id AND r.raw_hash = q.raw_hash
WHERE d.quarantine_id = q.quarantine_id AND q.side = 'read' AND q.state = 'replay'
  AND d.entity = q.entity
