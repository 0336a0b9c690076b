-- mark_survivors: in a circle of merges the record with the least key stays; the others went into it.
WITH RECURSIVE walk AS (
    SELECT m.system, m.source_id AS start, m.into_id AS at
    FROM ops.merged AS m WHERE m.entity = %(entity)s
    UNION
    SELECT w.system, w.start, m.into_id
    FROM walk AS w
    JOIN ops.merged AS m
      ON m.entity = %(entity)s AND m.system = w.system AND m.source_id = w.at
),
circle AS (
    SELECT w.system, w.start, min(w.at) AS least, bool_or(w.at = w.start) AS closed
    FROM walk AS w
    GROUP BY w.system, w.start
)
UPDATE ops.merged AS m SET survives = c.closed AND c.least = c.start
FROM circle AS c
WHERE m.entity = %(entity)s AND m.system = c.system AND m.source_id = c.start
  AND m.survives <> (c.closed AND c.least = c.start)
