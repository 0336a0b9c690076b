-- count_fresh: desired writes that no intent stands for yet, by action.
SELECT d.action, count(*)
FROM {desired} AS d
WHERE NOT EXISTS (SELECT FROM ops.intent AS n WHERE n.key = d.key)
GROUP BY d.action
