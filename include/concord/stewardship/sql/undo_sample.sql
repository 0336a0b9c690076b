-- undo_sample: what taking a change set back would do, write by write, in the order of the writes.
SELECT s.intent_id, s.unit, s.golden_id, s.source_id, s.becomes,
       (SELECT jsonb_object_agg(f, s.gold -> f) FROM jsonb_object_keys(s.new) AS f) AS now, s.old,
       {title}
FROM (  -- a page of them before anything is looked up for each
    SELECT * FROM (
        SELECT u.intent_id, u.unit, u.golden_id, u.source_id,
               CASE WHEN u.untouched THEN 'restored' ELSE 'asked' END AS becomes, u.gold, u.new, u.old
        FROM undo AS u
        UNION ALL
        SELECT n.intent_id, '', n.golden_id, n.source_id,
               CASE WHEN n.action = 'delete' THEN 'made_again'
                    WHEN i.version = n.base_version + 1 AND NOT %(restores)s THEN 'deleted'
                    ELSE 'kept' END,
               '{{}}', '{{}}', '{{}}'
        FROM ops.intent AS n
        JOIN {image} AS i ON i.source_id = n.source_id
        WHERE n.change_set_id = %(change_set)s AND n.state = 'confirmed' AND n.action <> 'update'
          AND (n.action = 'create' AND i.deleted_at IS NULL
               OR n.action = 'delete' AND i.deleted_at IS NOT NULL AND NOT EXISTS (
                   SELECT FROM {image} AS other
                   WHERE other.golden_id = n.golden_id AND other.deleted_at IS NULL))) AS every
    WHERE (intent_id, unit) > (%(intent)s, %(unit)s)
    ORDER BY intent_id, unit
    LIMIT %(limit)s) AS s
LEFT JOIN {golden} AS g USING (golden_id)
ORDER BY s.intent_id, s.unit
