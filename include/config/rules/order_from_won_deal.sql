-- order_from_won_deal: one row an opportunity that is won or has an accepted quote, and one a quote
-- that was accepted without an opportunity. The quote's lines go before the opportunity's.
WITH accepted AS (
    SELECT DISTINCT ON (coalesce(q.opportunity, q.golden_id))
           coalesce(q.opportunity, q.golden_id) AS subject, q.*
    FROM golden.quote AS q
    WHERE q.status = 'accepted' AND q.deleted_at IS NULL
    ORDER BY coalesce(q.opportunity, q.golden_id), q.number DESC
),
deal AS (
    SELECT o.golden_id AS subject, o.golden_id AS opportunity, q.golden_id AS quote, o.number, coalesce(q.party, o.party, k.party) AS party, o.company,
           coalesce(q.warehouse, o.warehouse) AS warehouse, coalesce(o.closes_on, o.created_at::date) AS ordered_on,
           coalesce(q.currency, o.currency) AS currency, coalesce(q.lines, o.lines) AS lines
    FROM golden.opportunity AS o
    LEFT JOIN accepted AS q ON q.subject = o.golden_id
    LEFT JOIN lead_customer AS k ON k.lead = o.lead
    WHERE o.deleted_at IS NULL AND o.stage <> 'lost' AND (o.stage = 'won' OR q.golden_id IS NOT NULL)
    UNION ALL
    SELECT q.golden_id, NULL, q.golden_id, q.number, q.party, q.company, q.warehouse, q.created_at::date, q.currency, q.lines
    FROM accepted AS q
    WHERE q.opportunity IS NULL
)
SELECT d.number AS key, d.subject, d.opportunity, d.quote, d.party, d.company,
       coalesce(d.warehouse, (SELECT w.golden_id FROM golden.warehouse AS w
                              WHERE w.company = d.company AND w.deleted_at IS NULL ORDER BY w.code LIMIT 1)) AS warehouse,
       d.ordered_on, 'draft' AS lifecycle, d.currency, d.lines
FROM deal AS d
WHERE d.party IS NOT NULL AND jsonb_array_length(d.lines) > 0
