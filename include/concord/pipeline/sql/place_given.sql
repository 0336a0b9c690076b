-- place_given: new records of rules with the golden records that they add to, or were before.
UPDATE {result} AS r
SET golden_id = p.golden_id, matched_by = 'rule'
FROM (
    SELECT n.id, CASE WHEN n.raw ->> '_adds' IS NOT NULL THEN (n.raw ->> '_subject')::uuid
                      WHEN g.deleted_at IS NULL THEN g.golden_id END AS golden_id
    FROM {result} AS n
    LEFT JOIN {image} AS i ON i.source_id = n.source_id
    LEFT JOIN {golden} AS g ON g.golden_id = i.golden_id
    WHERE n.golden_id IS NULL
) AS p
WHERE r.id = p.id AND p.golden_id IS NOT NULL
