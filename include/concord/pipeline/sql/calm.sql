-- calm: entities of a system with a position to read on from and nothing that is asked for besides:
-- no record to read again or to replay, no open question about columns.
SELECT c.entity, c.position, s.columns, s.native
FROM ops.cursor AS c
JOIN ops.shape AS s USING (system, entity)
WHERE c.system = %(system)s AND c.entity = ANY(%(entities)s) AND c.position <> '{{}}'
  AND NOT EXISTS (
    SELECT FROM ops.reread AS r WHERE r.system = c.system AND r.entity = c.entity)
  AND NOT EXISTS (
    SELECT FROM ops.quarantine AS q
    WHERE q.system = c.system AND q.entity = c.entity AND q.side = 'read' AND q.state = 'replay')
  AND NOT EXISTS (
    SELECT FROM ops.review AS v
    WHERE v.system = c.system AND v.entity = c.entity AND v.kind = 'schema' AND v.state = 'open')
