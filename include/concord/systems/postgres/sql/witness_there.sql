-- Whether one table's log still has the row that was its newest at an earlier moment. Trimming keeps
-- that row, so a log without it is of an earlier state; unless it was made anew since.
SELECT EXISTS (
    SELECT
    FROM concord.change_log AS l
    WHERE l.relation = %(relation)s
      AND l.xid = split_part(%(witness)s, ' ', 1)::xid8
      AND l.xid::text || ' ' || l.at::text = %(witness)s
) OR EXISTS (
    SELECT
    FROM concord.watched AS w
    WHERE w.relation = %(relation)s
      AND NOT pg_visible_in_snapshot(w.began, %(since)s::pg_snapshot)
)
