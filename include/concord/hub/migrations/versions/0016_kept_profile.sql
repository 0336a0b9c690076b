-- What the dry run of an initial load found, as it was then: a page cannot count millions in its time.
ALTER TABLE ops.initial_load ADD COLUMN profile jsonb;
