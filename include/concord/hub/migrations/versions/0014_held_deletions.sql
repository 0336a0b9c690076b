-- The records whose deletions are held, by the question about them. Refused ones stay here until they
-- are back, so that the same ones are not asked about again, and others are.
CREATE TABLE ops.held_deletion (
    review_id bigint NOT NULL REFERENCES ops.review ON DELETE CASCADE,
    source_id text NOT NULL,
    PRIMARY KEY (review_id, source_id)
);
