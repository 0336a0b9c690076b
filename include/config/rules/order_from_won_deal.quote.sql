-- The deals of the changed quotes.
SELECT coalesce(q.opportunity, q.golden_id) FROM changed AS c JOIN golden.quote AS q USING (golden_id)
