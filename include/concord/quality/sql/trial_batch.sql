(SELECT g.golden_id::text AS source_id, g.golden_id, {fields} FROM {golden} AS g)
