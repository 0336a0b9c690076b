-- seen: keys and raw hashes of the states last seen of one system's records: taken as images, or
-- waiting in quarantine (dismissed ones included, until they change) or parked.
SELECT i.source_id, i.raw_hash FROM {image} AS i
WHERE i.deleted_at IS NULL
  AND NOT EXISTS (
      SELECT FROM ops.quarantine AS q
      WHERE q.system = %(system)s AND q.entity = %(entity)s AND q.source_id = i.source_id
        AND q.side = 'read' AND (q.state = 'open'
             OR q.state = 'dismissed' AND q.last_batch > i.seen_batch))
  AND NOT EXISTS (
      SELECT FROM ops.parked AS p
      WHERE p.system = %(system)s AND p.entity = %(entity)s AND p.source_id = i.source_id)
UNION ALL
SELECT q.source_id, q.raw_hash FROM (
    SELECT DISTINCT ON (q.source_id) q.source_id, q.raw_hash, q.last_batch, q.state
    FROM ops.quarantine AS q
    WHERE q.system = %(system)s AND q.entity = %(entity)s AND q.side = 'read'
      AND q.state IN ('open', 'dismissed')
    ORDER BY q.source_id, q.quarantine_id DESC
) AS q
WHERE q.state = 'open' OR NOT EXISTS (
    SELECT FROM {image} AS i
    WHERE i.source_id = q.source_id AND i.seen_batch >= q.last_batch)
UNION ALL
SELECT p.source_id, p.raw_hash FROM ops.parked AS p
WHERE p.system = %(system)s AND p.entity = %(entity)s
