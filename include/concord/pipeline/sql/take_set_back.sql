-- take_set_back: records whose system holds again what it held before. The image keeps the newer
-- values; `fixed` names the columns that the system has to be given back.
UPDATE {image} AS i
SET raw = i.raw || w.raw, raw_hash = w.raw_hash, version = i.version + 1, seen_batch = %(batch)s,
    read_seq = w.read_seq,
    fixed = ARRAY(
        SELECT DISTINCT c FROM (
            SELECT unnest(i.fixed) UNION ALL
            SELECT k FROM jsonb_object_keys(w.raw) AS k WHERE i.raw -> k IS DISTINCT FROM w.raw -> k
        ) AS x(c) ORDER BY c)
FROM {work} AS w
WHERE w.class = 'set_back' AND i.system = w.system AND i.source_id = w.source_id
