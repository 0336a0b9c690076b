-- states_as_of: a golden record, and the records that belong to it now, as they were at an instant.
WITH g AS (
    SELECT x.* FROM (
        SELECT g.golden_id, g.version, g.updated_at, g.deleted_at, 'infinity'::timestamptz AS until,
               {of_golden} AS said
        FROM {golden} AS g WHERE g.golden_id = %(golden_id)s
        UNION ALL
        SELECT g.golden_id, g.version, g.updated_at, g.deleted_at, g.replaced_at, {of_golden}
        FROM {golden_history} AS g WHERE g.golden_id = %(golden_id)s
    ) AS x
    WHERE x.updated_at <= %(at)s AND x.until > %(at)s
    ORDER BY x.version DESC
    LIMIT 1
)
SELECT 'golden', g.golden_id::text, g.version, g.updated_at, g.deleted_at IS NULL OR g.deleted_at > %(at)s,
       g.said
FROM g
UNION ALL
(SELECT n.system, n.source_id, s.version, NULL, s.deleted_at IS NULL OR s.deleted_at > %(at)s, s.said
 FROM {image} AS n
 LEFT JOIN ops.batch AS f ON f.batch_id = n.first_batch
 CROSS JOIN LATERAL (
     SELECT x.* FROM (
         SELECT i.version, i.deleted_at, 'infinity'::timestamptz AS until, {of_image} AS said
         FROM {image} AS i WHERE i.system = n.system AND i.source_id = n.source_id
         UNION ALL
         SELECT i.version, i.deleted_at, i.replaced_at, {of_image}
         FROM {image_history} AS i WHERE i.system = n.system AND i.source_id = n.source_id
     ) AS x
     WHERE x.until > %(at)s
     ORDER BY x.until, x.version
     LIMIT 1
 ) AS s
 WHERE n.golden_id = %(golden_id)s AND coalesce(f.started_at <= %(at)s, true)
   AND EXISTS (SELECT FROM g)
 ORDER BY n.system, n.source_id)
