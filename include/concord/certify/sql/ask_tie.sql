-- ask_tie: one open question a system and control total that differs for no known reason.
INSERT INTO ops.review (kind, system, entity, subject, detail, batch_id)
VALUES ('tie', %(system)s, %(entity)s, %(control)s, %(detail)s, %(batch)s)
ON CONFLICT (kind, coalesce(system, ''), coalesce(entity, ''), subject) WHERE state = 'open'
DO UPDATE SET detail = excluded.detail, batch_id = excluded.batch_id
