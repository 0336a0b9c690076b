-- adopt_golden: golden records left by a batch that ended before they were checked and planned.
UPDATE {golden} AS g SET batch_id = %(batch)s
FROM {affected} AS a, ops.batch AS b
WHERE g.golden_id = a.golden_id AND b.batch_id = g.batch_id AND b.state = 'failed'
