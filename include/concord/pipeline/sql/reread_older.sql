-- reread_older: records whose image is newer than this reading. What was read is let go, and asked
-- for again, since it may hold a change that came after that image.
INSERT INTO ops.reread (system, entity, source_id, reason)
SELECT DISTINCT w.system, %(entity)s, w.source_id, 'read while it was being written'
FROM {work} AS w
WHERE w.class = 'older'
ON CONFLICT DO NOTHING
