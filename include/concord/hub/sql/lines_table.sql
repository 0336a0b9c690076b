-- The lines of golden documents, one row a line, made anew whenever the document changes
CREATE TABLE {table} (
    golden_id uuid NOT NULL,
    position  integer NOT NULL,
    {fields},
    PRIMARY KEY (golden_id, position)
)
