-- Tables whose changes are published whole, each with a witness: it is another one once the table
-- was rewritten, or taken out of the publication and put back. And the columns of the replica
-- identity, all of them for FULL. Row filters and column lists are asked for by way of JSON, as
-- servers before 15 have none.
SELECT c.oid,
    concat_ws(' ', r.oid, r.xmin, p.oid, p.xmin, c.relfilenode),
    ARRAY(
        SELECT a.attname::text
        FROM pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
          AND (c.relreplident = 'f' OR EXISTS (
              SELECT FROM pg_index AS i
              WHERE i.indrelid = c.oid AND i.indisvalid AND a.attnum = ANY (i.indkey)
                AND (c.relreplident = 'd' AND i.indisprimary
                     OR c.relreplident = 'i' AND i.indisreplident)
          ))
    )
FROM pg_publication AS p
JOIN pg_publication_rel AS r ON r.prpubid = p.oid
JOIN pg_class AS c ON c.oid = r.prrelid
WHERE p.pubname = 'concord' AND starts_with(obj_description(p.oid, 'pg_publication'), 'Concord: ')
  AND p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate
  AND c.relkind = 'r' AND c.relpersistence = 'p'
  AND NOT EXISTS (SELECT FROM pg_inherits AS i WHERE c.oid IN (i.inhparent, i.inhrelid))
  AND to_jsonb(r) ->> 'prqual' IS NULL AND to_jsonb(r) ->> 'prattrs' IS NULL
