-- says_something: whether a stage table has a row that is not the live image as it is, or one that a
-- steward wants checked again.
SELECT EXISTS (
    SELECT FROM {stage} AS s
    LEFT JOIN {image} AS i ON i.source_id = s.source_id AND i.deleted_at IS NULL
    WHERE s.op = 'U' AND i.raw_hash IS DISTINCT FROM s.raw_hash
) OR EXISTS (
    SELECT FROM {stage} AS s
    JOIN ops.quarantine AS q ON q.source_id = s.source_id
    WHERE q.system = %(system)s AND q.entity = %(entity)s AND q.side = 'read'
      AND q.state IN ('open', 'replay')
)
