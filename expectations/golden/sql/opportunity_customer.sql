-- opportunity_customer: a won deal of which nobody knows with whom.
SELECT b.golden_id
FROM {batch} AS b
LEFT JOIN golden.party AS p ON p.golden_id = b.party AND p.deleted_at IS NULL
LEFT JOIN golden.lead AS l ON l.golden_id = b.lead AND l.deleted_at IS NULL
WHERE b.stage = 'won' AND p.golden_id IS NULL AND l.golden_id IS NULL
