-- invoice_same_company: an invoice for another company's order or contract, or another customer's.
SELECT b.golden_id
FROM {batch} AS b
LEFT JOIN golden.sales_order AS o ON o.golden_id = b."order"
LEFT JOIN golden.contract AS c ON c.golden_id = b.contract
WHERE o.company <> b.company OR c.company <> b.company OR o.party <> b.party OR c.party <> b.party
