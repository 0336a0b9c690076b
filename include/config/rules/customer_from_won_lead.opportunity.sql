-- The leads behind the changed opportunities.
SELECT o.lead FROM changed AS c JOIN golden.opportunity AS o USING (golden_id) WHERE o.lead IS NOT NULL
