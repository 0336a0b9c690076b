-- reviews: open tasks for people, by kind.
SELECT kind, count(*) FROM ops.review WHERE state = 'open' GROUP BY kind ORDER BY kind
