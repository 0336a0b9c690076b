-- affected: golden ids to compute: those of new states, of deletions, of records that belonged to
-- another golden record before, and those asked for, unless computed already.
CREATE UNLOGGED TABLE {affected} AS
SELECT DISTINCT x.golden_id
FROM (
    SELECT r.golden_id FROM {result} AS r
    UNION ALL
    SELECT i.golden_id
    FROM {work} AS w
    JOIN {image} AS i ON i.system = w.system AND i.source_id = w.source_id
    WHERE w.class = 'new' AND w.op = 'D'
    UNION ALL
    SELECT i.golden_id
    FROM {work} AS w
    JOIN {image} AS i ON i.system = w.system AND i.source_id = w.source_id
    WHERE w.class = 'set_back'
    UNION ALL
    SELECT h.golden_id
    FROM {result} AS r
    JOIN {history} AS h
      ON h.system = r.system AND h.source_id = r.source_id AND h.replaced_batch = %(batch)s
    WHERE h.golden_id <> r.golden_id
    UNION ALL
    SELECT p.golden_id FROM ops.replan AS p
    WHERE p.entity = %(entity)s
      AND NOT EXISTS (SELECT FROM {computed} AS o WHERE o.golden_id = p.golden_id)
) AS x
