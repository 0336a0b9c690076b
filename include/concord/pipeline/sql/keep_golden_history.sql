-- keep_golden_history: golden records that this batch changes, as they were.
INSERT INTO {history} ({columns}, replaced_batch, replaced_at)
SELECT {of_golden}, %(batch)s, clock_timestamp()
FROM {golden} AS g
JOIN {new} AS n USING (golden_id)
WHERE n.differs
