-- Per kind: doubles and doubtful matches found in the last days, and those that are settled; and golden
-- records that were merged.
SELECT kind, count(*), count(*) FILTER (WHERE state <> 'open')
FROM ops.review
WHERE kind IN ('double', 'match') AND opened_at >= now() - make_interval(days => %(days)s)
GROUP BY kind
UNION ALL
SELECT 'merged', count(*), count(*) FROM ops.redirect
WHERE at >= now() - make_interval(days => %(days)s)
HAVING count(*) > 0
ORDER BY 1
