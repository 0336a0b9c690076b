-- lead_customer: the customers that won leads became.
SELECT i.source_id, split_part(i.source_id, ':', 2)::uuid AS lead, i.golden_id AS party
FROM image.party_rules AS i
WHERE i.source_id LIKE 'customer_from_won_lead:%' AND i.deleted_at IS NULL
