-- The customers of the changed records, as they are and were.
SELECT r.party FROM changed AS c JOIN golden.payment AS r USING (golden_id)
UNION
SELECT w.party FROM was AS w
