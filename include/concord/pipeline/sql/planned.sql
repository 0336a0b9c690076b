-- planned: golden records of this batch whose writes are planned now. One with a write on its way
-- was left out of the plan, and is planned once that is settled.
DELETE FROM ops.replan AS p USING {affected} AS a
WHERE p.entity = %(entity)s AND p.golden_id = a.golden_id
  AND NOT EXISTS (
    SELECT FROM ops.intent AS n
    WHERE n.golden_id = p.golden_id AND n.entity = p.entity AND n.state IN ('sent', 'unknown'))
