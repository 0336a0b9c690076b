-- waits_for_survivor: what row `r` waits for when it was merged into a record that is not known.
CASE WHEN {pointer} IS NOT NULL
      AND NOT EXISTS (
          SELECT FROM {image} AS s
          WHERE s.system = r.system AND s.source_id = {pointer} AND s.deleted_at IS NULL)
      AND NOT EXISTS (
          SELECT FROM {result} AS s WHERE s.system = r.system AND s.source_id = {pointer})
     THEN jsonb_build_array(jsonb_build_object('entity', %(entity)s::text, 'source_id', {pointer}))
     ELSE '[]'::jsonb END
