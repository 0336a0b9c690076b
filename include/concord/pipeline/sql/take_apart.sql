-- take_apart: records that are merged no more get a golden id of their own, together with what was
-- joined to another golden record because of them, or was merged into them, and still belongs to it.
WITH RECURSIVE apart AS (
    DELETE FROM ops.merged AS m
    USING {result} AS r
    WHERE m.entity = %(entity)s AND m.system = r.system AND m.source_id = r.source_id
      AND {pointer} IS NULL
    RETURNING r.id, r.system, r.source_id, r.golden_id AS shared, m.golden_id AS before, m.batch_id
),
own AS (
    SELECT a.*, uuidv7() AS golden_id FROM apart AS a WHERE a.shared <> a.before
),
loser AS (
    SELECT o.system, m.source_id, o.shared, o.golden_id
    FROM own AS o
    JOIN ops.merged AS m
      ON m.entity = %(entity)s AND m.system = o.system AND m.into_id = o.source_id
    UNION
    SELECT l.system, m.source_id, l.shared, l.golden_id
    FROM loser AS l
    JOIN ops.merged AS m
      ON m.entity = %(entity)s AND m.system = l.system AND m.into_id = l.source_id
),
joined AS (
    SELECT DISTINCT ON (x.system, x.source_id) x.system, x.source_id, x.golden_id
    FROM (
        SELECT h.system, h.source_id, o.shared, o.golden_id
        FROM own AS o
        JOIN {history} AS h ON h.golden_id = o.before AND h.replaced_batch = o.batch_id
        UNION ALL
        SELECT l.system, l.source_id, l.shared, l.golden_id FROM loser AS l
    ) AS x
    JOIN {image} AS i ON i.system = x.system AND i.source_id = x.source_id
    WHERE i.golden_id = x.shared AND i.deleted_at IS NULL
),
renamed AS (
    UPDATE {result} AS r SET golden_id = n.golden_id, known = false, matched_by = 'unmerged'
    FROM (
        SELECT o.id, o.golden_id FROM own AS o
        UNION
        SELECT s.id, j.golden_id
        FROM joined AS j
        JOIN {result} AS s ON s.system = j.system AND s.source_id = j.source_id
        WHERE s.id NOT IN (SELECT o.id FROM own AS o)
    ) AS n
    WHERE r.id = n.id
)
INSERT INTO {result} (system, source_id, golden_id, known, matched_by, raw, raw_hash, read_seq, fixed,
                      {fields})
SELECT i.system, i.source_id, j.golden_id, false, 'unmerged', i.raw, i.raw_hash, i.read_seq, i.fixed,
       {image_fields}
FROM joined AS j
JOIN {image} AS i ON i.system = j.system AND i.source_id = j.source_id
WHERE NOT EXISTS (
    SELECT FROM {result} AS s WHERE s.system = j.system AND s.source_id = j.source_id)
FOR NO KEY UPDATE OF i
