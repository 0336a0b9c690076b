-- Subjects that business rules have to look at: at once, or later when the rule asked for that.
CREATE TABLE ops.due (
    rule     text NOT NULL,
    subject  uuid NOT NULL,                        -- a golden record
    at       timestamptz NOT NULL,
    batch_id bigint NOT NULL,                      -- which noted it
    PRIMARY KEY (rule, subject)
);

-- The version of each rule that was evaluated for all of its subjects.
CREATE TABLE ops.rule_version (
    rule     text PRIMARY KEY,
    version  bigint NOT NULL,
    batch_id bigint NOT NULL,
    at       timestamptz NOT NULL DEFAULT clock_timestamp()
);

ALTER TABLE ops.review DROP CONSTRAINT review_kind_check;
ALTER TABLE ops.review ADD CONSTRAINT review_kind_check CHECK (kind IN
    ('match', 'double', 'conflict', 'change_set', 'schema', 'mass_deletion', 'set_back', 'undo', 'rule'));
