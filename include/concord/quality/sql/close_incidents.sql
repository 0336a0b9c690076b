-- close_incidents: of one entity those whose rule held the last time that it was judged, where no
-- record waits in quarantine because of it.
UPDATE ops.incident AS i
SET state = 'closed', closed_at = clock_timestamp(), closed_by = 'concord',
    comment = coalesce(i.comment, 'the rule holds again')
WHERE i.state = 'open' AND i.entity = %(entity)s
  AND (SELECT v.success FROM ops.validation AS v
       WHERE v.system = i.system AND v.entity = i.entity AND v.rule = i.rule AND v.checked > 0
       ORDER BY v.batch_id DESC LIMIT 1)
  AND NOT EXISTS (
      SELECT FROM ops.quarantine AS q
      WHERE q.system = i.system AND q.entity = i.entity AND q.state IN ('open', 'replay')
        AND q.causes @> jsonb_build_array(jsonb_build_object('rule', i.rule)))
