-- stage_wanted: what the rule wants, in texts. The hash is of what the rule says: neither its version
-- nor the stamp changes a record, and a row whose hash is the image's is taken for unchanged, stamp and all.
INSERT INTO {stage} (source_id, op, raw_hash, "_rule", "_version", "_subject", "_adds", {fields})
SELECT %(prefix)s || w.rule_key, 'U', h.hash, %(rule)s, %(version)s::text, w.rule_subject::text,
       CASE WHEN %(adds)s THEN 'yes' END, {texts}
FROM pg_temp.wanted AS w
CROSS JOIN LATERAL (
    SELECT md5((jsonb_build_object('_subject', w.rule_subject) || {said})::text)::uuid AS hash
) AS h
WHERE w.rule_key IS NOT NULL AND NOT w.rule_refused
