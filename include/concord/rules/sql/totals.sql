-- totals: the sums of one money field by kind and currency, as it is and as it would be.
SELECT c.kind, coalesce(c.after ->> %(named)s::text, c.before ->> %(named)s::text, %(company)s::text) AS currency,
       coalesce(sum((c.before ->> %(field)s)::numeric), 0), coalesce(sum((c.after ->> %(field)s)::numeric), 0)
FROM pg_temp.compared AS c
WHERE c.kind <> 'same' AND coalesce(c.after ->> %(field)s, c.before ->> %(field)s) IS NOT NULL
GROUP BY c.kind, currency
ORDER BY c.kind, currency
