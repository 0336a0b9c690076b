-- split: a held change set like another one, for what is left of that.
INSERT INTO ops.change_set (batch_id, system, entity, state, reason, why, rule_version, split_from)
SELECT c.batch_id, c.system, c.entity, 'held', c.reason, c.why, c.rule_version, c.change_set_id
FROM ops.change_set AS c
WHERE c.change_set_id = %(change_set)s
RETURNING change_set_id
