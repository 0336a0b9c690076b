-- comparisons: what of each system and entity was compared in a batch.
SELECT c.system, c.entity,
       jsonb_build_object(
           'as_of', to_char(c.as_of AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"+00:00"'),
           'compared', c.compared, 'differing', c.differing, 'confirmed', c.confirmed,
           'missing', c.missing, 'extra', c.extra, 'changed', c.changed, 'late', c.late,
           'timing', c.timing, 'incomparable', c.incomparable, 'reasons', c.reasons,
           'companies', c.companies,
           'rows_moved', c.rows_moved)
FROM ops.comparison AS c
WHERE c.batch_id = %(batch)s AND c.system = ANY (%(systems)s)
