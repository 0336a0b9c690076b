-- plan_healed: golden records that left quarantine, into what this batch plans; one that changed in
-- this batch is there already.
INSERT INTO {affected} (golden_id)
SELECT p.golden_id FROM ops.replan AS p
WHERE p.entity = %(entity)s AND p.reason = 'left quarantine'
  AND NOT EXISTS (SELECT FROM {affected} AS a WHERE a.golden_id = p.golden_id)
