-- Log rows that no reader at or after a transaction number needs, deleted; each table keeps its
-- newest row below, as the witness of that reader's position.
WITH kept AS (
    SELECT l.at_row
    FROM concord.watched AS w
    CROSS JOIN LATERAL (
        SELECT o.ctid AS at_row
        FROM concord.change_log AS o
        WHERE o.relation = w.relation AND o.xid < %(floor)s::text::xid8
        ORDER BY o.xid DESC
        LIMIT 1
    ) AS l
)
DELETE FROM concord.change_log AS l
WHERE l.xid < %(floor)s::text::xid8 AND l.ctid <> ALL (ARRAY(SELECT k.at_row FROM kept AS k))
