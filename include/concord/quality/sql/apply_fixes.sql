-- apply_fixes: staged rows with a steward's fix to replay, made on this very state of the row.
UPDATE {stage} AS s
SET {assignments}
FROM ops.quarantine AS q
WHERE q.side = 'read' AND q.system = %(system)s AND q.entity = %(entity)s
  AND q.state = 'replay' AND q.fix <> '{{}}'
  AND s.source_id = q.source_id AND s.raw_hash = q.raw_hash AND s.op = 'U'
