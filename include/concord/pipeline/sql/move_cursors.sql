-- move_cursors: cursors to where this batch's snapshots were taken, never backwards.
INSERT INTO ops.cursor AS c (system, entity, position, read_seq, batch_id)
SELECT e.system, e.entity, e.position, e.read_seq, e.batch_id
FROM ops.extract AS e
WHERE e.batch_id = %(batch)s AND e.entity = ANY(%(entities)s) AND e.system = ANY(%(systems)s)
  AND e.held IS NULL
ON CONFLICT (system, entity) DO UPDATE
SET position = excluded.position, read_seq = excluded.read_seq, batch_id = excluded.batch_id,
    moved_at = clock_timestamp()
WHERE c.read_seq < excluded.read_seq
