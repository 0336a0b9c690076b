-- How many records were in quarantine at the end of each day, the last one being now.
SELECT d.day::date, (
    SELECT count(*) FROM ops.quarantine AS q
    WHERE q.opened_at < least(d.day + interval '1 day', now())
      AND (q.closed_at IS NULL OR q.closed_at >= least(d.day + interval '1 day', now()))
)
FROM generate_series(
    date_trunc('day', now()) - make_interval(days => %(days)s - 1), date_trunc('day', now()), '1 day'
) AS d(day)
ORDER BY d.day
