-- count_fresh: desired writes that no intent stands for yet, and how many of them are deletions;
-- those that replace held ones are left out.
SELECT count(*), count(*) FILTER (WHERE d.action = 'delete')
FROM {desired} AS d
WHERE NOT EXISTS (SELECT FROM ops.intent AS n WHERE n.key = d.key)
  AND d.golden_id <> ALL(%(replaced)s::uuid[])
