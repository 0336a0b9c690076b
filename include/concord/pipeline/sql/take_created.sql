-- take_created: records that we made, bound to their golden record, or to what it was merged into.
-- One that was read later has only what we wrote: all else in it may be a person's, for the next
-- batch to read as a change.
INSERT INTO {image} AS i (system, source_id, golden_id, {fields}, raw, raw_hash, version, changed,
                          settled, fixed, read_seq, first_batch, seen_batch)
SELECT %(system)s, x.source_id, x.golden_id, {fields}, x.raw, x.raw_hash, x.base_version + 1, '{{}}',
       {settled}, '{{}}', %(seq)s, %(batch)s, %(batch)s
FROM (
    SELECT o.source_id, CASE WHEN o.later THEN '{{}}' ELSE o.raw END AS raw,
           CASE WHEN NOT o.later THEN o.raw_hash END AS raw_hash,
           coalesce(d.to_id, n.golden_id) AS golden_id, n.new, n.base_version, {values}
    FROM outcome AS o
    JOIN ops.intent AS n USING (key)
    JOIN read_back AS b USING (key)
    LEFT JOIN ops.redirect AS d ON d.entity = n.entity AND d.from_id = n.golden_id
    {joins}
    WHERE o.state = 'confirmed' AND n.action = 'create'
) AS x
ON CONFLICT (system, source_id) DO UPDATE SET
    golden_id = excluded.golden_id, raw_hash = NULL, version = i.version + 1,
    read_seq = excluded.read_seq, deleted_at = NULL
