-- How many records were in quarantine at the end of each day, the last one being now: those of now, less
-- what was opened since, and what was closed since.
WITH days AS (
    SELECT d.day FROM generate_series(
        date_trunc('day', now()) - make_interval(days => %(days)s - 1), date_trunc('day', now()), '1 day'
    ) AS d(day)
), opened AS (
    SELECT date_trunc('day', opened_at) AS day, count(*) AS n FROM ops.quarantine
    WHERE opened_at >= date_trunc('day', now()) - make_interval(days => %(days)s - 1) GROUP BY 1
), closed AS (
    SELECT date_trunc('day', closed_at) AS day, count(*) AS n FROM ops.quarantine
    WHERE closed_at >= date_trunc('day', now()) - make_interval(days => %(days)s - 1) GROUP BY 1
), present AS (
    SELECT count(*) AS n FROM ops.quarantine WHERE state IN ('open', 'replay')
)
SELECT d.day::date,
       (p.n - coalesce(sum(coalesce(o.n, 0) - coalesce(c.n, 0)) OVER later, 0))::bigint
FROM present AS p, days AS d
LEFT JOIN opened AS o USING (day)
LEFT JOIN closed AS c USING (day)
WINDOW later AS (ORDER BY d.day DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
ORDER BY d.day
