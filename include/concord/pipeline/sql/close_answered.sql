-- close_answered: questions about deletions of what is gone everywhere by now, or there again.
UPDATE ops.review AS v
SET state = 'done', closed_at = clock_timestamp(), closed_by = 'concord',
    comment = 'settled in the systems'
FROM {affected} AS a
WHERE v.kind = 'conflict' AND v.state = 'open' AND v.entity = %(entity)s
  AND v.golden_id = a.golden_id AND v.detail ->> 'unit' = 'deletion'
  AND (NOT EXISTS (
           SELECT FROM {image} AS i WHERE i.golden_id = v.golden_id AND i.deleted_at IS NULL AND NOT {adds})
       OR EXISTS (
           SELECT FROM {image} AS i
           WHERE i.golden_id = v.golden_id AND i.deleted_at IS NULL
             AND i.system = v.detail ->> 'deleted_in'))
