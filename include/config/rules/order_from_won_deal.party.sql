-- Opportunities whose lead became one of the changed customers.
SELECT o.golden_id
FROM changed AS c
JOIN lead_customer AS k ON k.party = c.golden_id
JOIN golden.opportunity AS o ON o.lead = k.lead
