-- deletions_refused: whether a person has refused all of the deletions that were read, having seen them.
-- Refused ones whose records are back are forgotten: deleted once more, they are others.
WITH refused AS (
    SELECT review_id FROM ops.review
    WHERE kind = 'mass_deletion' AND state = 'rejected' AND system = %(system)s AND entity = %(entity)s
), read AS MATERIALIZED (
    {deletions}
), back AS (
    DELETE FROM ops.held_deletion AS h USING refused AS r
    WHERE h.review_id = r.review_id
      AND NOT EXISTS (SELECT FROM read AS d WHERE d.source_id = h.source_id)
)
SELECT EXISTS (SELECT FROM refused) AND NOT EXISTS (
    SELECT FROM read AS d
    WHERE NOT EXISTS (
        SELECT FROM ops.held_deletion AS h JOIN refused AS r USING (review_id)
        WHERE h.source_id = d.source_id))
