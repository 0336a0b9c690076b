-- Per system: writes planned in the last days, and those that no person had to decide.
SELECT c.system, coalesce(sum(c.creates + c.updates + c.deletes), 0)::bigint,
       coalesce(sum(c.creates + c.updates + c.deletes)
                FILTER (WHERE c.state = 'passed' AND c.undoes IS NULL), 0)::bigint
FROM ops.batch AS b JOIN ops.change_set AS c USING (batch_id)
WHERE b.started_at >= now() - make_interval(days => %(days)s)
  AND c.state IN ('passed', 'held', 'approved', 'rejected')
GROUP BY c.system
ORDER BY c.system
