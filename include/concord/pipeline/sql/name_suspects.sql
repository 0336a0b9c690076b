-- name_suspects: records that differ between a system's (key, raw hash) and what the hub last saw, and
-- those whose key came more than once.
INSERT INTO {suspects} (source_id, copies)
SELECT coalesce(t.source_id, o.source_id), coalesce(t.copies, 0)
FROM (
    SELECT source_id, count(*) AS copies, min(raw_hash::text)::uuid AS raw_hash
    FROM {theirs} AS t
    GROUP BY source_id
) AS t
FULL JOIN {ours} AS o ON o.source_id = t.source_id
WHERE t.source_id IS NULL OR o.source_id IS NULL OR t.copies > 1
   OR t.raw_hash IS DISTINCT FROM o.raw_hash
ON CONFLICT DO NOTHING
