-- book_unchanged: a batch's readings of entities of which nothing changed.
WITH read AS (
    INSERT INTO ops.extract (batch_id, system, entity, read_seq, scope, position, columns, rows)
    SELECT %(batch)s, %(system)s, u.entity, %(seq)s, 'delta', %(position)s, u.columns, 0
    FROM jsonb_to_recordset(%(unchanged)s) AS u (entity text, columns jsonb)
    RETURNING batch_id, system, entity
)
INSERT INTO ops.batch_count (batch_id, system, entity, name, n)
SELECT r.batch_id, r.system, r.entity, 'read', 0 FROM read AS r
ON CONFLICT (batch_id, system, entity, name) DO UPDATE SET n = excluded.n
