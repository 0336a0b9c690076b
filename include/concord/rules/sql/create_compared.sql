-- create_compared: what a rule would do with each record: its values before and after.
CREATE TEMP TABLE compared (kind text, key text, before jsonb, after jsonb) ON COMMIT DROP
