-- keep_history: images that this batch replaces or marks as deleted, as they were.
INSERT INTO {history} ({columns}, replaced_batch, replaced_at)
SELECT {of_image}, %(batch)s, clock_timestamp()
FROM (
    SELECT r.system, r.source_id FROM {result} AS r
    UNION
    SELECT w.system, w.source_id FROM {work} AS w WHERE w.class = 'new' AND w.op = 'D' OR w.class = 'set_back'
) AS n
JOIN {image} AS i ON i.system = n.system AND i.source_id = n.source_id
