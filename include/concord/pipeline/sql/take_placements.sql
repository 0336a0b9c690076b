-- take_placements: records that stewards placed, with the golden record that each belonged to before.
-- What was merged away meanwhile stands for what it was merged into.
CREATE TEMP TABLE placed ON COMMIT DROP AS
WITH word AS (
    UPDATE ops.placement AS p SET batch_id = %(batch)s
    WHERE p.entity = %(entity)s AND p.batch_id IS NULL
    RETURNING p.system, p.source_id, p.golden_id, p.joins
)
SELECT w.system, w.source_id, w.joins, i.golden_id AS before,
       coalesce((SELECT d.to_id FROM ops.redirect AS d
                 WHERE d.entity = %(entity)s AND d.from_id = w.golden_id), w.golden_id) AS golden_id
FROM word AS w
JOIN {image} AS i ON i.system = w.system AND i.source_id = w.source_id
WHERE i.deleted_at IS NULL
