-- The comment on publication concord ('' for none); no row when there is no such publication.
SELECT coalesce(obj_description(p.oid, 'pg_publication'), '')
FROM pg_publication AS p
WHERE p.pubname = 'concord'
