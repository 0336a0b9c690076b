-- move_rows: new states of a golden record that ended now belong to the one that stays.
UPDATE {result} AS r SET golden_id = m.new, known = false, matched_by = 'merged'
FROM moved AS m
WHERE r.golden_id = m.old
