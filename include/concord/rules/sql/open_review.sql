-- open_review: one open question a rule that cannot be evaluated.
INSERT INTO ops.review (kind, system, entity, subject, detail, batch_id)
VALUES ('rule', %(system)s, %(entity)s, %(rule)s, %(detail)s, %(batch)s)
ON CONFLICT (kind, coalesce(system, ''), coalesce(entity, ''), subject) WHERE state = 'open'
DO UPDATE SET detail = excluded.detail, batch_id = excluded.batch_id
