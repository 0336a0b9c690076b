-- Each won deal of the CRM with the ERP numbers of its orders: won opportunities, and accepted quotes
-- of none.
SELECT o.number, array_agg(s.erp_number) FILTER (WHERE s.id IS NOT NULL) AS orders
FROM opportunity o LEFT JOIN sales_order s ON s.opportunity_id = o.id
WHERE o.stage = 'Closed won'
GROUP BY o.number
UNION ALL
SELECT q.number, array_agg(s.erp_number) FILTER (WHERE s.id IS NOT NULL)
FROM quote q LEFT JOIN sales_order s ON s.quote_id = q.id
WHERE q.status = 'Accepted' AND q.opportunity_id IS NULL
GROUP BY q.number
