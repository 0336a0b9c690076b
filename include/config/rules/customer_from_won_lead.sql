-- customer_from_won_lead: leads that are won, by themselves or by an opportunity without a customer.
SELECT l.golden_id::text AS key, l.golden_id AS subject, l.company_name AS legal_name,
       'organization' AS kind, l.tax_id, l.country, l.phone, l.email, 'active' AS status
FROM golden.lead AS l
WHERE l.deleted_at IS NULL
  AND (l.status = 'won' OR EXISTS (
      SELECT FROM golden.opportunity AS o
      WHERE o.lead = l.golden_id AND o.stage = 'won' AND o.party IS NULL AND o.deleted_at IS NULL))
