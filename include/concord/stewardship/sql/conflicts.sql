-- conflicts: conflicts with the question that was asked about each, newest first.
SELECT c.conflict_id, c.batch_id, c.at, c.entity, c.golden_id, c.unit, c.kind, c.state, c.reason,
       c.loser, c.winner, r.review_id
FROM (  -- a page of them before anything is looked up for each
    SELECT * FROM ops.conflict AS c WHERE {filters} ORDER BY c.conflict_id DESC LIMIT %(limit)s) AS c
LEFT JOIN LATERAL (
    SELECT v.review_id
    FROM ops.review AS v
    WHERE c.state <> 'settled' AND v.golden_id = c.golden_id AND v.kind = 'conflict'
      AND v.entity = c.entity AND v.detail ->> 'unit' = c.unit AND v.batch_id <= c.batch_id
      AND (v.closed_at IS NULL OR v.closed_at >= c.at)
    ORDER BY v.review_id DESC
    LIMIT 1) AS r ON true
ORDER BY c.conflict_id DESC
