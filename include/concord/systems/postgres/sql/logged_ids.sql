-- The keys of one table logged since a snapshot and those asked for, kept in a setting of this
-- transaction for read.sql, and beside them those among which something was deleted: they never
-- travel to us and back. What is visible here at all is finished
-- in this transaction's snapshot; the comparison is with the earlier one.
WITH seen AS MATERIALIZED (
    SELECT l.id, l.op
    FROM concord.change_log AS l
    WHERE l.relation = %(relation)s
      AND l.xid >= pg_snapshot_xmin(%(since)s::pg_snapshot)
      AND NOT pg_visible_in_snapshot(l.xid, %(since)s::pg_snapshot)
), wanted AS (
    SELECT s.id FROM seen AS s WHERE s.op <> 'T'
    UNION
    SELECT a.id FROM unnest(%(also)s::text[]) AS a (id)
), kept AS MATERIALIZED (
    SELECT count(*) AS n, coalesce(array_agg(w.id), '{{}}') AS ids FROM wanted AS w
), gone AS MATERIALIZED (
    SELECT coalesce(array_agg(DISTINCT s.id), '{{}}') AS ids FROM seen AS s WHERE s.op = 'D'
)
SELECT k.n, EXISTS (SELECT FROM seen AS s WHERE s.op = 'T'),
    set_config(%(setting)s, k.ids::text, true) IS NOT NULL,
    set_config(%(gone)s, g.ids::text, true) IS NOT NULL
FROM kept AS k
CROSS JOIN gone AS g
