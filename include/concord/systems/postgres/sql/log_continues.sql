-- Tables whose log holds all that happened to them since a snapshot, each with whether that is
-- anything: it was begun before, not trimmed since, on the same key and for the same tables of lines,
-- and still has the row that was newest then.
SELECT q.name, EXISTS (
    SELECT
    FROM concord.change_log AS l
    WHERE l.relation = q.relation
      AND l.xid >= pg_snapshot_xmin(q.since)
      AND NOT pg_visible_in_snapshot(l.xid, q.since)
)
FROM jsonb_to_recordset(%(asked)s) AS q (
    name text, relation oid, key text, since pg_snapshot, witness text, lines oid[], parents text[]
)
WHERE EXISTS (
    SELECT
    FROM concord.watched AS w
    WHERE w.relation = q.relation AND w.key_column = q.key
      AND pg_visible_in_snapshot(w.began, q.since)
      AND w.floor <= pg_snapshot_xmin(q.since)
) AND NOT EXISTS (
    SELECT
    FROM unnest(q.lines, q.parents) AS l (relation, parent_column)
    WHERE NOT EXISTS (
        SELECT
        FROM concord.watched_lines AS w
        WHERE w.document = q.relation AND w.relation = l.relation
          AND w.parent_column = l.parent_column
    )
) AND (
    q.witness = '' OR EXISTS (
        SELECT
        FROM concord.change_log AS l
        WHERE l.relation = q.relation
          AND l.xid = split_part(q.witness, ' ', 1)::xid8
          AND l.xid::text || ' ' || l.at::text = q.witness
    )
)
