-- Per lane and system written to: seconds from the start of the batch that read a change to the answer
-- of the system, over the last days (calls, median, 95 of 100).
SELECT b.lane, a.system, count(*),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM a.ended_at - b.started_at)),
       percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM a.ended_at - b.started_at))
FROM ops.batch AS b JOIN ops.attempt AS a USING (batch_id)
WHERE b.started_at >= now() - make_interval(days => %(days)s) AND a.ended_at IS NOT NULL
GROUP BY b.lane, a.system
ORDER BY b.lane, a.system
