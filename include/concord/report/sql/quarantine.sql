-- quarantine: open entries, those of this batch first, the newest first; keys and causes only.
SELECT quarantine_id, side, system, entity, source_id, state, causes, first_batch, opened_at
FROM ops.quarantine
WHERE state IN ('open', 'replay')
ORDER BY last_batch = %(batch)s DESC, quarantine_id DESC
LIMIT %(limit)s
