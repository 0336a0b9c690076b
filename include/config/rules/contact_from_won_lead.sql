-- contact_from_won_lead: one contact a lead that names a person.
SELECT l.golden_id::text AS key, l.golden_id AS subject, k.party, l.person AS full_name, l.phone, l.email
FROM golden.lead AS l
JOIN lead_customer AS k ON k.lead = l.golden_id
WHERE l.deleted_at IS NULL AND l.person IS NOT NULL
