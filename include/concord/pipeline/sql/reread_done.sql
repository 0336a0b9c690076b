-- reread_done: records asked for that this batch has read.
DELETE FROM ops.reread AS a
USING {work} AS w
WHERE a.system = w.system AND a.entity = %(entity)s AND a.source_id = w.source_id
  AND w.origin = 'stage' AND w.class NOT IN ('older', 'duplicate', 'held')
