-- touched: the subjects of a rule that this batch's changes of one entity touch. The watch query sees
-- `changed`, the golden ids of the changed records, and `was`, these records as they were before.
INSERT INTO pg_temp.touched
WITH changed AS (
    SELECT n.golden_id FROM {new} AS n WHERE n.differs
),
was AS (
    SELECT DISTINCT ON (h.golden_id) {columns}
    FROM changed AS c
    JOIN {history} AS h USING (golden_id)
    WHERE h.replaced_batch = %(batch)s
    ORDER BY h.golden_id, h.version DESC
)
SELECT t.subject FROM {watch} AS t(subject) WHERE t.subject IS NOT NULL
