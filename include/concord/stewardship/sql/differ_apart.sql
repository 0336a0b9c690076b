-- differ_apart: whether any two live records of two golden records say that they are different things.
SELECT true
FROM {image} AS a
JOIN {image} AS b ON b.golden_id = %(into)s
WHERE a.golden_id = %(own)s AND a.deleted_at IS NULL AND b.deleted_at IS NULL AND ({apart})
LIMIT 1
