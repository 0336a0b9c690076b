-- compare_plain: the same rows in the hub's database, without anything of the hub's: what a scan of
-- this side would have to read at least.
CREATE TABLE public.bench_plain AS
SELECT source_id AS code, name, vat_no, country, phone, email, website, terms, status, since, revenue,
    credit, currency
FROM {stage}
