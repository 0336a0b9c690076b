-- quarantine_keys: match keys of records that went to quarantine and have no image yet, as far as
-- they can be read.
UPDATE ops.quarantine AS q SET keys = k.keys
FROM (
    SELECT w.system, w.source_id, array_remove(ARRAY[{keys}]::text[], NULL) AS keys
    FROM {work} AS w
    JOIN {cleaned} AS c USING (id)
    {joins}
    WHERE w.class = 'quarantined' AND NOT w.known
) AS k
WHERE q.side = 'read' AND q.state IN ('open', 'replay') AND q.system = k.system
  AND q.entity = %(entity)s AND q.source_id = k.source_id
