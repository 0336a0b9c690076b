-- compare_images: images of what was read, as unify would have stored them.
INSERT INTO image.party (system, source_id, golden_id, legal_name, kind, tax_id, country, phone, email,
    website, payment_terms, status, customer_since, annual_revenue, credit_limit, currency, raw, raw_hash,
    changed, read_seq, first_batch, seen_batch)
SELECT 'erp', s.source_id, uuidv7(), s.name, 'organization', s.vat_no, s.country, s.phone, s.email,
    s.website, s.terms, s.status, s.since, s.revenue, s.credit, s.currency,
    jsonb_build_object('name', s.name, 'vat_no', s.vat_no, 'country', s.country, 'phone', s.phone,
        'email', s.email, 'website', s.website, 'terms', s.terms, 'status', s.status,
        'since', s.since::text, 'revenue', s.revenue::text, 'credit', s.credit::text,
        'currency', s.currency),
    s.raw_hash, '{{"*": 1}}', 1, 1, 1
FROM {stage} AS s
