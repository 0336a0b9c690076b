-- unite: the golden ids of the systems' pass beside those of the rules' pass.
INSERT INTO {affected} (golden_id)
SELECT o.golden_id FROM {others} AS o
WHERE NOT EXISTS (SELECT FROM {affected} AS a WHERE a.golden_id = o.golden_id)
