-- resolve: cleaned rows with the golden ids of what they refer to, and their own when known.
INSERT INTO {result} (id, system, source_id, golden_id, known, raw, raw_hash, read_seq, fixed,
                      {fields})
SELECT w.id, w.system, w.source_id, CASE WHEN w.known THEN i.golden_id END, w.known,
       CASE WHEN w.known THEN i.raw ELSE '{{}}' END || coalesce(w.source_raw, w.raw),
       w.raw_hash, w.read_seq, w.fixed,
       {values}
FROM {work} AS w
JOIN {cleaned} AS c USING (id)
LEFT JOIN {image} AS i ON i.system = w.system AND i.source_id = w.source_id
{joins}
WHERE w.class = 'new' AND w.op = 'U'
