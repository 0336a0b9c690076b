-- The contracts of the changed invoices, as they are and were.
SELECT i.contract FROM changed AS c JOIN golden.invoice AS i USING (golden_id) WHERE i.contract IS NOT NULL
UNION
SELECT w.contract FROM was AS w WHERE w.contract IS NOT NULL
