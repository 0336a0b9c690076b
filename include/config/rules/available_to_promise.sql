-- available_to_promise: one row a product and warehouse that the ERP keeps stock of. A hold that
-- belongs to an order is counted by the order's lines; one that has expired until the CRM says that it
-- is released, since it may have become an order in its last moment. `counted_to`: the last hold up to which none
-- is missing here; the CRM itself takes later ones off.
SELECT s.golden_id::text AS key, s.golden_id AS subject, s.product, s.warehouse,
       s.on_hand, s.reserved, n.promised, i.inbound, s.on_hand - s.reserved - n.promised AS available,
       n.counted_to, i.schedule, i.again_at
FROM golden.stock_level AS s
LEFT JOIN (  -- once for all: an order that is open is found sooner than the lines of a product
    SELECT d.product, d.warehouse, sum(d.quantity) AS quantity FROM open_demand AS d
    GROUP BY d.product, d.warehouse
) AS d ON d.product = s.product AND d.warehouse = s.warehouse
CROSS JOIN LATERAL (
    SELECT coalesce(d.quantity, 0) + coalesce(sum(h.quantity) FILTER (WHERE h.loose), 0) AS promised,
           coalesce(max(h.number) FILTER (WHERE h.number = h.nth), 0) AS counted_to
    FROM (
        SELECT h.*, row_number() OVER (ORDER BY h.number) AS nth,
               h.status = 'held' AND h."order" IS NULL AS loose
        FROM golden.reservation AS h
        WHERE h.product = s.product AND h.warehouse = s.warehouse AND h.deleted_at IS NULL
    ) AS h
) AS n
CROSS JOIN LATERAL (
    SELECT coalesce(sum(x.quantity), 0) AS inbound,
           coalesce(jsonb_agg(jsonb_build_object(
               'due_on', x.due_on::text, 'inbound', x.quantity::text,
               'available', (s.on_hand - s.reserved - n.promised + x.so_far)::text) ORDER BY x.due_on), '[]') AS schedule,
           (current_date + 1)::timestamptz AS again_at
    FROM (
        SELECT e.due_on, sum(e.quantity) AS quantity, sum(sum(e.quantity)) OVER (ORDER BY e.due_on) AS so_far
        FROM golden.inbound AS e
        WHERE e.product = s.product AND e.warehouse = s.warehouse AND e.deleted_at IS NULL
          AND e.status = 'expected' AND e.quantity > 0
          AND e.due_on <= current_date + 90
        GROUP BY e.due_on
    ) AS x
) AS i
WHERE s.deleted_at IS NULL
