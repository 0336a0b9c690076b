-- The leads that became the changed customers.
SELECT split_part(i.source_id, ':', 2)::uuid
FROM changed AS c
JOIN image.party_rules AS i USING (golden_id)
WHERE i.source_id LIKE 'customer_from_won_lead:%'
