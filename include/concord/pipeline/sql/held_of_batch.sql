-- held_of_batch: change sets that a batch of an initial load holds, each with what the dry run showed
-- of its entity: writes over all systems, and deletions in the same system.
SELECT c.change_set_id, c.system, c.entity, c.creates + c.updates + c.deletes, c.deletes,
       coalesce(sum(r.creates + r.updates + r.deletes), 0),
       coalesce(sum(r.deletes) FILTER (WHERE r.system = c.system), 0)
FROM ops.change_set AS c
LEFT JOIN ops.change_set AS r
  ON r.batch_id = %(rehearsal)s AND r.state = 'dry_run' AND r.entity = c.entity
WHERE c.batch_id = %(batch)s AND c.state = 'held'
GROUP BY c.change_set_id
ORDER BY c.change_set_id
