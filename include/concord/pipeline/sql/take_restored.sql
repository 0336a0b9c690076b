-- take_restored: records that hold an earlier state since their system was set back: forget the newer
-- values' claim, and read them again as a change.
WITH restored AS (
    UPDATE {image} AS i SET raw_hash = NULL, fixed = '{{}}', version = i.version + 1
    WHERE i.fixed <> '{{}}' AND i.seen_batch = %(batch)s AND i.deleted_at IS NULL
    RETURNING i.source_id, i.golden_id
),
unwanted AS (
    UPDATE ops.intent AS n SET state = 'superseded', ended_at = clock_timestamp(),
           error = 'the earlier state was accepted'
    FROM restored AS r
    WHERE n.system = %(system)s AND n.entity = %(entity)s AND n.source_id = r.source_id
      AND n.state = 'waiting'
)
INSERT INTO ops.reread (system, entity, source_id, reason)
SELECT %(system)s, %(entity)s, r.source_id, 'an earlier state was accepted' FROM restored AS r
ON CONFLICT DO NOTHING
