-- Whether one table's log holds all that happened to it since a snapshot: it was begun before,
-- not trimmed since, on the same key and for the same tables of lines, and still has the row that was
-- newest then.
SELECT EXISTS (
    SELECT
    FROM concord.watched AS w
    WHERE w.relation = %(relation)s AND w.key_column = %(key)s
      AND pg_visible_in_snapshot(w.began, %(since)s::pg_snapshot)
      AND w.floor <= pg_snapshot_xmin(%(since)s::pg_snapshot)
) AND NOT EXISTS (
    SELECT
    FROM unnest(%(lines)s::oid[], %(parents)s::text[]) AS l (relation, parent_column)
    WHERE NOT EXISTS (
        SELECT
        FROM concord.watched_lines AS w
        WHERE w.document = %(relation)s AND w.relation = l.relation
          AND w.parent_column = l.parent_column
    )
) AND (
    %(witness)s = '' OR EXISTS (
        SELECT
        FROM concord.change_log AS l
        WHERE l.relation = %(relation)s
          AND l.xid = split_part(%(witness)s, ' ', 1)::xid8
          AND l.xid::text || ' ' || l.at::text = %(witness)s
    )
)
