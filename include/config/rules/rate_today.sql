-- rate_today: what one unit of each currency is worth today in the group's currency.
SELECT DISTINCT ON (r.currency) r.currency, r.rate
FROM golden.exchange_rate AS r
WHERE r.deleted_at IS NULL AND r.valid_from <= current_date
ORDER BY r.currency, r.valid_from DESC
