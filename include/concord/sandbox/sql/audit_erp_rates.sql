-- What one unit of each currency is worth today in the group's.
SELECT DISTINCT ON (currency) currency, rate FROM exchange_rates
WHERE valid_from <= current_date
ORDER BY currency, valid_from DESC
