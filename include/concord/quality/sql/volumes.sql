-- volumes: rows that came of each (system, entity) today so far, and how many had come by the same time
-- of day on the last eight same weekdays: their median, and on how many of these days one looked.
WITH asked AS (
    SELECT a.system, a.entity FROM jsonb_to_recordset(%(asked)s) AS a (system text, entity text)
),
day AS (
    SELECT n AS weeks_ago,
           (date_trunc('day', %(now)s::timestamp) - n * interval '7 days') AT TIME ZONE %(zone)s AS begins,
           (%(now)s::timestamp - n * interval '7 days') AT TIME ZONE %(zone)s AS ends
    FROM generate_series(0, 8) AS n
),
came AS (
    SELECT d.weeks_ago, c.system, c.entity, sum(c.n) AS n
    FROM day AS d
    JOIN ops.batch AS b ON b.started_at >= d.begins AND b.started_at < d.ends
    JOIN ops.batch_count AS c ON c.batch_id = b.batch_id AND c.name = 'accepted'
    JOIN asked AS a ON a.system = c.system AND a.entity = c.entity
    GROUP BY d.weeks_ago, c.system, c.entity
)
SELECT a.system, a.entity,
       coalesce(sum(c.n) FILTER (WHERE c.weeks_ago = 0), 0)::bigint,
       (percentile_cont(0.5) WITHIN GROUP (ORDER BY c.n) FILTER (WHERE c.weeks_ago > 0))::numeric,
       count(*) FILTER (WHERE c.weeks_ago > 0)
FROM asked AS a
LEFT JOIN came AS c ON c.system = a.system AND c.entity = a.entity
GROUP BY a.system, a.entity
