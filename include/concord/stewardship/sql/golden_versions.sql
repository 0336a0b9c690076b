-- golden_versions: the states of a golden record, newest first.
SELECT x.* FROM (
    SELECT g.version, g.updated_at, g.batch_id, g.deleted_at IS NULL, {values}
    FROM {golden} AS g
    WHERE g.golden_id = %(golden_id)s AND (%(before)s::bigint IS NULL OR g.version < %(before)s)
    UNION ALL
    (SELECT g.version, g.updated_at, g.batch_id, g.deleted_at IS NULL, {values}
     FROM {history} AS g
     WHERE g.golden_id = %(golden_id)s AND (%(before)s::bigint IS NULL OR g.version < %(before)s)
     ORDER BY g.version DESC
     LIMIT %(limit)s)
) AS x
ORDER BY 1 DESC
LIMIT %(limit)s
