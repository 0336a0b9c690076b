-- deadline_missed: one audit row for a run that was not over in time.
INSERT INTO ops.audit (actor, action, subject, detail)
VALUES ('airflow', 'deadline_missed', %(subject)s,
        jsonb_build_object('lane', %(lane)s::text, 'minutes', %(minutes)s::integer));
