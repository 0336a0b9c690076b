-- mark_captured: suspects that capture has brought into stage by itself.
UPDATE {suspects} AS x
SET captured = true
FROM {stage} AS s
WHERE s.source_id = x.source_id
