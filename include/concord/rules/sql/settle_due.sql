-- settle_due: subjects that were asked about are due no more, but for those in quarantine.
DELETE FROM ops.due AS d
WHERE d.rule = %(rule)s AND NOT d.subject = ANY(%(waiting)s::uuid[])
  AND (%(subjects)s::uuid[] IS NULL OR d.subject = ANY(%(subjects)s::uuid[]))
