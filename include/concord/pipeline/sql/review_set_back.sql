-- review_set_back: one open question a system and entity that was set back, with what was found.
INSERT INTO ops.review (kind, system, entity, subject, detail, batch_id)
SELECT 'set_back', %(system)s, %(entity)s, 'set_back',
       jsonb_build_object('records', count(*) FILTER (WHERE w.class = 'set_back'),
                          'doubtful', count(*) FILTER (WHERE w.class = 'doubtful')), %(batch)s
FROM {work} AS w
WHERE w.system = %(system)s AND w.class IN ('set_back', 'doubtful')
HAVING count(*) > 0
ON CONFLICT (kind, coalesce(system, ''), coalesce(entity, ''), subject) WHERE state = 'open'
DO UPDATE SET detail = excluded.detail, batch_id = excluded.batch_id
