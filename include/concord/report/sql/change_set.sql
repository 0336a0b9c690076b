-- change_set: one change set, the batch that planned it, and how many of its writes are in which state.
SELECT c.change_set_id, c.batch_id, b.lane, c.system, c.entity, c.state, c.reason, c.why, c.creates,
       c.updates, c.deletes, c.money, c.unpriced, c.rule_version, c.at, c.decided_at, c.decided_by, c.comment,
       c.part, c.split_from,
       (SELECT array_agg(r.change_set_id ORDER BY r.change_set_id) FROM ops.change_set AS r
        WHERE r.split_from = c.change_set_id),
       (SELECT coalesce(jsonb_object_agg(n.state, n.n), '{{}}') FROM (
            SELECT n.state, count(*) AS n FROM ops.intent AS n
            WHERE n.change_set_id = c.change_set_id GROUP BY n.state) AS n),
       (SELECT max(n.intent_id) FROM ops.intent AS n WHERE n.change_set_id = c.change_set_id)
FROM ops.change_set AS c
JOIN ops.batch AS b USING (batch_id)
WHERE c.change_set_id = %(change_set)s
