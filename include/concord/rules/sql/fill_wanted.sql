-- fill_wanted: what the rule wants for the subjects asked about, or for all.
INSERT INTO pg_temp.wanted ({fields})
SELECT {values}
FROM {query} AS q
WHERE %(subjects)s::uuid[] IS NULL OR q.subject = ANY(%(subjects)s::uuid[])
