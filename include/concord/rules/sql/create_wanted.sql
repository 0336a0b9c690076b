-- create_wanted: what one rule wants, one row a record; a row without a key gives nothing, and says only
-- when to look at the subject again.
CREATE TEMP TABLE wanted (
    rule_key     text,
    rule_subject uuid,
    rule_again   timestamptz,
    rule_refused boolean NOT NULL DEFAULT false,
    {fields}
) ON COMMIT DROP
