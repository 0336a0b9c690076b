-- price_currency: a price in another currency than its list.
SELECT b.golden_id
FROM {batch} AS b
JOIN golden.price_list AS l ON l.golden_id = b.price_list
WHERE l.currency <> b.currency
