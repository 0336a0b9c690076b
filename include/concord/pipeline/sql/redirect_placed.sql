-- redirect_placed: golden records of which a steward joined every record to another one went there.
WITH ended AS (
    SELECT DISTINCT p.before AS old, p.golden_id AS new
    FROM placed AS p
    WHERE p.joins AND p.before <> p.golden_id
      AND NOT EXISTS (
          SELECT FROM {image} AS i
          WHERE i.golden_id = p.before AND i.deleted_at IS NULL AND NOT EXISTS (
              SELECT FROM placed AS o WHERE o.system = i.system AND o.source_id = i.source_id))
),
followed AS (
    UPDATE ops.redirect AS d SET to_id = e.new FROM ended AS e
    WHERE d.entity = %(entity)s AND d.to_id = e.old
)
INSERT INTO ops.redirect (entity, from_id, to_id, reason, batch_id)
SELECT %(entity)s, e.old, e.new, 'joined by a steward', %(batch)s FROM ended AS e
ON CONFLICT (entity, from_id) DO UPDATE SET to_id = excluded.to_id, batch_id = excluded.batch_id
