-- validation_pass: the fifteen rules as somebody would write them by hand, in one pass; failing rows each.
SELECT count(*) - count(DISTINCT s.source_id) AS key_unique,
    count(*) FILTER (WHERE s.name IS NULL) AS name_given,
    count(*) FILTER (WHERE length(s.name) NOT BETWEEN 3 AND 80) AS name_length,
    count(*) FILTER (WHERE s.kind IS NULL) AS kind_given,
    count(*) FILTER (WHERE s.kind NOT IN ('O', 'P')) AS kind_known,
    count(*) FILTER (WHERE s.country_code
        NOT IN ('AT', 'BE', 'CH', 'CN', 'DE', 'ES', 'FR', 'GB', 'IT', 'NL', 'US')) AS country_known,
    count(*) FILTER (WHERE s.terms_code NOT IN ('PRE', 'COD', 'N14', 'N30', 'N60')) AS terms_known,
    count(*) FILTER (WHERE s.status NOT IN ('A', 'B', 'C')) AS status_known,
    count(*) FILTER (WHERE s.email !~ '^[^@ ]+@[^@ .]+([.][^@ .]+)+$') AS email_form,
    count(*) FILTER (WHERE s.phone !~ '^[+][0-9]{{8,15}}$') AS phone_form,
    count(*) FILTER (WHERE s.vat_no !~ '^[A-Z]{{2}}[0-9A-Z]{{2,18}}$') AS vat_form,
    count(*) FILTER (WHERE s.website !~ '^https?://[^ ]+$') AS website_form,
    count(*) FILTER (WHERE s.customer_since
        !~ '^(19|20)[0-9]{{2}}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])$') AS since_form,
    count(*) FILTER (WHERE s.credit_limit NOT BETWEEN 0 AND 1000000) AS credit_range,
    count(*) FILTER (WHERE s.currency NOT IN ('CNY', 'EUR', 'GBP', 'USD')) AS currency_known
FROM {stage} AS s
WHERE s.op = 'U'
