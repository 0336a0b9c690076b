-- drop_ended: nothing is added to golden records that have ended.
DELETE FROM pg_temp.wanted AS w
USING {golden} AS g
WHERE g.golden_id = w.rule_subject AND g.deleted_at IS NOT NULL
