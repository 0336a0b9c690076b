-- The system was in an earlier state than at the last reading (a backup restored, another server).
ALTER TABLE ops.extract ADD COLUMN set_back boolean NOT NULL DEFAULT false;

ALTER TABLE ops.review DROP CONSTRAINT review_kind_check;
ALTER TABLE ops.review ADD CONSTRAINT review_kind_check CHECK (kind IN
    ('match', 'double', 'conflict', 'change_set', 'schema', 'mass_deletion', 'set_back', 'undo'));

-- Which change set a change set takes back.
ALTER TABLE ops.change_set ADD COLUMN undoes bigint REFERENCES ops.change_set;
