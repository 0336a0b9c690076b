-- Tickets closed in the last days: all, those with an answer, the mean of 1 to 5, those with 4 or 5, and
-- the median of hours until they were closed.
SELECT count(*), count(satisfaction), avg(satisfaction),
       count(*) FILTER (WHERE satisfaction >= 4),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM closed_at - opened_at) / 3600)
FROM golden.ticket
WHERE closed_at >= now() - make_interval(days => %(days)s) AND deleted_at IS NULL
