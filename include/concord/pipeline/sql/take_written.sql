-- take_written: confirmed updates: the written fields as the target now holds them. `doubtful`: read
-- later, with another value than was written; it may be a person's, so it is not taken.
WITH x AS (
    SELECT o.source_id, o.raw, o.raw_hash, n.new, n.base, o.later AND ({differs}) AS doubtful,
           {values}
    FROM outcome AS o
    JOIN ops.intent AS n USING (key)
    JOIN read_back AS b USING (key)
    {joins}
    WHERE o.state = 'confirmed' AND n.action = 'update'
)
UPDATE {image} AS i SET
    {written},
    raw = i.raw || (SELECT coalesce(jsonb_object_agg(k, x.raw -> k), '{{}}')
                    FROM jsonb_object_keys(x.base) AS k WHERE NOT x.doubtful),
    raw_hash = CASE WHEN NOT x.doubtful
                     AND i.raw @> (x.raw - ARRAY(SELECT jsonb_object_keys(x.base)))
                    THEN x.raw_hash END,
    settled = (i.settled - ARRAY(SELECT jsonb_object_keys(x.new))) || {settled},
    fixed = ARRAY(SELECT f FROM unnest(i.fixed) AS f WHERE NOT x.base ? f),
    version = i.version + 1,
    read_seq = greatest(i.read_seq, %(seq)s)
FROM x
WHERE i.source_id = x.source_id
