-- decide_deletions: a person's word on the question about held deletions; an approval may also come after
-- a refusal, while they are held.
UPDATE ops.review SET
    state = CASE WHEN %(approve)s THEN 'approved' ELSE 'rejected' END,
    comment = %(comment)s,
    closed_at = clock_timestamp(),
    closed_by = %(actor)s,
    detail = detail || jsonb_build_object(
        'deletions', least((detail ->> 'deletions')::bigint, %(most)s::bigint))
WHERE review_id = (
    SELECT review_id FROM ops.review
    WHERE kind = 'mass_deletion' AND system = %(system)s AND entity = %(entity)s
      AND (state = 'open' OR (state = 'rejected' AND %(approve)s))
    ORDER BY state = 'open' DESC, (detail ->> 'deletions')::bigint DESC
    LIMIT 1 FOR NO KEY UPDATE)
RETURNING (detail ->> 'deletions')::bigint
