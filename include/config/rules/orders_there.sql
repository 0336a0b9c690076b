-- orders_there: sales orders that people can see in a system; `held`: a rule of quality keeps it from
-- being written. An order that is held before any system has it is a won deal's, and not here.
SELECT o.*, h.held
FROM golden.sales_order AS o
CROSS JOIN LATERAL (
    SELECT EXISTS (SELECT FROM ops.quarantine AS q
                   WHERE q.system = 'golden' AND q.entity = 'sales_order'
                     AND q.source_id = o.golden_id::text AND q.state IN ('open', 'replay')) AS held
) AS h
WHERE o.deleted_at IS NULL
  AND (NOT h.held OR EXISTS (SELECT FROM image.sales_order AS i
                             WHERE i.golden_id = o.golden_id AND i.system <> 'rules' AND i.deleted_at IS NULL))
