-- stirring: entities of a batch that have something to take in, or of which something waits that this
-- batch may wake: rows read, a reading held back or of a system set back, parked rows, golden records
-- to plan or to link anew.
SELECT w.entity
FROM unnest(%(entities)s::text[]) AS w (entity)
WHERE EXISTS (
    SELECT FROM ops.extract AS e
    WHERE e.batch_id = %(batch)s AND e.entity = w.entity
      AND (e.rows > 0 OR e.held IS NOT NULL OR e.set_back))
  OR EXISTS (SELECT FROM ops.parked AS p WHERE p.entity = w.entity)
  OR EXISTS (SELECT FROM ops.replan AS p WHERE p.entity = w.entity)
  OR (  -- by the index: word for entities of other lanes may be many rows
    SELECT true FROM ops.relinked AS l WHERE l.child = w.entity ORDER BY l.child, l.entity LIMIT 1)
