-- keep_version: this version of the rule has been evaluated for all of its subjects.
INSERT INTO ops.rule_version (rule, version, batch_id)
VALUES (%(rule)s, %(version)s, %(batch)s)
ON CONFLICT (rule) DO UPDATE
SET version = excluded.version, batch_id = excluded.batch_id, at = clock_timestamp()
