-- touched_since: the subjects of a rule that changes of one entity since then touch.
INSERT INTO pg_temp.touched
WITH was AS (
    SELECT {columns} FROM {history} AS h WHERE h.replaced_at >= now() - %(since)s
),
changed AS (
    SELECT g.golden_id FROM {golden} AS g WHERE g.updated_at >= now() - %(since)s
    UNION
    SELECT w.golden_id FROM was AS w
)
SELECT t.subject FROM {watch} AS t(subject) WHERE t.subject IS NOT NULL
