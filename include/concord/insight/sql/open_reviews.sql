-- Open reviews by kind, with the oldest.
SELECT kind, count(*), min(opened_at) FROM ops.review WHERE state = 'open' GROUP BY kind
ORDER BY count(*) DESC, kind
