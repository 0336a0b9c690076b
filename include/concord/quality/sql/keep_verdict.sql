-- keep_verdict: what a rule's judgement of one batch's table was.
INSERT INTO ops.validation
    (batch_id, system, entity, rule, expectation, column_name, severity, level, owner, meaning,
     success, checked, failed, observed)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
