-- held_of_load: change sets that batches of an initial load hold, each with what the dry run showed of
-- its entity: writes over all systems, and deletions in the same system; and with what of the entity was
-- approved there before.
WITH mine AS (
    SELECT c.*, c.creates + c.updates + c.deletes AS writes
    FROM ops.change_set AS c
    JOIN ops.batch AS b USING (batch_id)
    WHERE starts_with(b.run_id, %(run_id)s || '/')
)
SELECT m.change_set_id, m.system, m.entity, m.writes, m.deletes,
       (SELECT coalesce(sum(r.writes), 0) FROM mine AS r
        WHERE r.state = 'dry_run' AND r.batch_id = %(rehearsal)s AND r.entity = m.entity),
       (SELECT coalesce(sum(r.deletes), 0) FROM mine AS r
        WHERE r.state = 'dry_run' AND r.batch_id = %(rehearsal)s AND r.entity = m.entity
          AND r.system = m.system),
       (SELECT coalesce(sum(a.writes), 0) FROM mine AS a
        WHERE a.state = 'approved' AND a.entity = m.entity AND a.system = m.system)
FROM mine AS m
WHERE m.state = 'held'
ORDER BY m.change_set_id
