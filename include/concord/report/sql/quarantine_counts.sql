-- quarantine_counts: open entries by table, and how many of them this batch wrote or found again.
SELECT system, entity, count(*), count(*) FILTER (WHERE last_batch = %(batch)s)
FROM ops.quarantine
WHERE state IN ('open', 'replay')
GROUP BY system, entity
ORDER BY system = 'golden', system, entity
