-- sales_order_customer: a draft of a customer with whom nothing new is to be done.
SELECT b.golden_id
FROM {batch} AS b
JOIN golden.party AS p ON p.golden_id = b.party
WHERE b.lifecycle = 'draft' AND p.status IN ('blocked', 'closed')
