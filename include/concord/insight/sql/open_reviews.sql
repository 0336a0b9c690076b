-- Open reviews by kind, with money at stake and the oldest.
SELECT kind, count(*), sum(exposure), min(opened_at) FROM ops.review WHERE state = 'open' GROUP BY kind
ORDER BY count(*) DESC, kind
