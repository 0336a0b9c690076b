-- planned: golden records of this batch whose writes are planned now.
DELETE FROM ops.replan AS p USING {affected} AS a
WHERE p.entity = %(entity)s AND p.golden_id = a.golden_id
