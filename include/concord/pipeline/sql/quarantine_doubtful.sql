-- quarantine_doubtful: states read after a system was set back that the hub has never seen of a record
-- it knows: older than what it knows, or a change made since. Nobody but a person can tell.
INSERT INTO ops.quarantine (system, entity, source_id, raw, raw_hash, causes, first_batch, last_batch)
SELECT w.system, %(entity)s, w.source_id, w.raw, w.raw_hash,
       jsonb_build_array(jsonb_build_object(
           'rule', 'set_back', 'column', '', 'expectation', 'set_back', 'severity', 'critical',
           'owner', 'data-steward', 'message', w.system || ' was set back to an earlier state, and this'
           ' state of the record is not known: replay takes it as it is')),
       %(batch)s, %(batch)s
FROM {work} AS w
WHERE w.system = %(system)s AND w.class = 'doubtful'
ON CONFLICT (system, entity, source_id, side) WHERE state IN ('open', 'replay')
DO UPDATE SET raw = excluded.raw, raw_hash = excluded.raw_hash, causes = excluded.causes,
              last_batch = excluded.last_batch, state = 'open'
