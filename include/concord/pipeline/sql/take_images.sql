-- take_images: the new states as images. `changed` has the batch of each field's last change seen;
-- '*' stands for all fields, from the batch that first saw the record (or saw it return). A record
-- whose deletion was ignored goes on where it was. One that joins a golden record because of a merge
-- comes last there: it has changed nothing of it yet.
INSERT INTO {image} AS image (system, source_id, golden_id, {fields}, raw, raw_hash, version, changed,
    settled, fixed, read_seq, first_batch, seen_batch, deleted_at)
SELECT r.system, r.source_id, r.golden_id, {new_fields}, r.raw, r.raw_hash, 1,
       CASE WHEN r.matched_by = 'merged' THEN '{{}}' ELSE jsonb_build_object('*', %(batch)s::bigint) END,
       '{{}}', r.fixed, r.read_seq, %(batch)s, %(batch)s, NULL
FROM {result} AS r
ON CONFLICT (system, source_id) DO UPDATE SET
    golden_id = excluded.golden_id,
    {set_fields},
    raw = excluded.raw,
    raw_hash = excluded.raw_hash,
    version = image.version + 1,
    changed = CASE WHEN {goes_on} THEN image.changed || {changed}
                   ELSE excluded.changed END,
    settled = CASE WHEN {goes_on}
                   THEN image.settled - array_remove({changed_names}, NULL) ELSE '{{}}' END,
    fixed = excluded.fixed,
    read_seq = excluded.read_seq,
    first_batch = CASE WHEN {goes_on} THEN image.first_batch
                       ELSE excluded.first_batch END,
    seen_batch = excluded.seen_batch,
    deleted_at = NULL
