-- The snapshot of this transaction, and the source's clock less the overlap in minutes.
SELECT pg_current_snapshot()::text, (now() - make_interval(mins => %(overlap)s))::text
