-- place_rows: new states of records that a steward placed.
UPDATE {result} AS r
SET golden_id = p.golden_id, known = false,
    matched_by = CASE WHEN p.joins THEN 'merged' ELSE 'unmerged' END
FROM placed AS p
WHERE r.system = p.system AND r.source_id = p.source_id
