-- heal_written: refused writes whose record has since accepted one.
UPDATE ops.quarantine AS q
SET state = 'healed', closed_at = clock_timestamp(), closed_by = 'concord', reason = 'written'
FROM outcome AS o
JOIN ops.intent AS n USING (key)
WHERE o.state = 'confirmed' AND q.side = 'write' AND q.state IN ('open', 'replay')
  AND q.system = n.system AND q.entity = n.entity
  AND q.source_id IN (n.source_id, n.golden_id::text)
