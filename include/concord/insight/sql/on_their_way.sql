-- Planned writes of sets that may go out and have not arrived, by state, with money at stake.
SELECT i.state, count(*), coalesce(sum(i.money), 0), min(i.at)
FROM ops.intent AS i
JOIN ops.change_set AS c USING (change_set_id)
WHERE i.state IN ('waiting', 'sent', 'unknown') AND c.state IN ('passed', 'approved')
GROUP BY i.state
ORDER BY i.state
