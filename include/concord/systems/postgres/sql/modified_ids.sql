-- The keys of records whose time stamp is not older than a moment, or missing, and those asked for.
WITH wanted AS (
    SELECT {id} AS id FROM {table} AS t
    WHERE (t.{modified} >= {threshold} OR t.{modified} IS NULL) AND t.{key} IS NOT NULL
    UNION
    SELECT a.id FROM unnest($1::text[]) AS a (id)
), kept AS MATERIALIZED (
    SELECT count(*) AS n, coalesce(array_agg(w.id), '{{}}') AS ids FROM wanted AS w
)
SELECT k.n, set_config($2, k.ids::text, true) IS NOT NULL FROM kept AS k
