-- foreseen: golden records of one entity for which a plan for one system has something to do: what it
-- lacks, writes that wait, writes that it refused, deletions to pass on. Logged: emptied by a crash of
-- the server, it would say that nothing is to be done.
CREATE TABLE {foreseen} AS
SELECT d.golden_id FROM {desired} AS d
UNION
SELECT n.golden_id FROM ops.intent AS n
WHERE n.system = %(system)s AND n.entity = %(entity)s AND n.state = 'waiting'
UNION
SELECT d.golden_id FROM ops.deletion AS d WHERE d.entity = %(entity)s
UNION
SELECT coalesce(i.golden_id, q.source_id::uuid)  -- a create that was refused has the golden id alone
FROM ops.quarantine AS q
LEFT JOIN {image} AS i ON i.source_id = q.source_id
WHERE q.side = 'write' AND q.state IN ('open', 'replay')
  AND q.system = %(system)s AND q.entity = %(entity)s
  AND (i.golden_id IS NOT NULL OR q.source_id ~ '^[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}$')
