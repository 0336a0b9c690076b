-- The keys asked for, each once.
WITH wanted AS (
    SELECT DISTINCT a.id FROM unnest(%(ids)s::text[]) AS a (id)
), kept AS MATERIALIZED (
    SELECT count(*) AS n, coalesce(array_agg(w.id), '{{}}') AS ids FROM wanted AS w
)
SELECT k.n, set_config(%(setting)s, k.ids::text, true) IS NOT NULL FROM kept AS k
