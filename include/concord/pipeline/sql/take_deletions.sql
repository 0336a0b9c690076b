-- take_deletions: images of records that are gone from their system.
UPDATE {image} AS i
SET deleted_at = clock_timestamp(), version = i.version + 1, seen_batch = %(batch)s,
    read_seq = w.read_seq
FROM {work} AS w
WHERE w.class = 'new' AND w.op = 'D' AND i.system = w.system AND i.source_id = w.source_id
