-- desired: the writes that would bring one system's records of one entity to their golden state.
-- Left out: records in quarantine, golden records in quarantine, golden records with a write on its
-- way, all but the first record that a system holds of one thing (a double, for a person), records
-- that were merged away there, creates beside a record in quarantine that may be the same thing, and
-- deletions of what a record that stays refers to.
CREATE UNLOGGED TABLE {desired} AS
WITH scope AS (
    SELECT s.golden_id FROM {scope} AS s
    WHERE NOT EXISTS (
        SELECT FROM ops.intent AS n
        WHERE n.golden_id = s.golden_id AND n.system = %(system)s AND n.entity = %(entity)s
          AND n.state IN ('sent', 'unknown'))
      AND NOT EXISTS (
        SELECT FROM ops.quarantine AS q
        WHERE q.system = 'golden' AND q.entity = %(entity)s AND q.source_id = s.golden_id::text
          AND q.state IN ('open', 'replay'))
),
record AS (
    SELECT i.*, row_number() OVER (PARTITION BY i.golden_id ORDER BY i.first_batch, i.source_id) AS nth
    FROM {image} AS i
    JOIN scope USING (golden_id)
    WHERE i.deleted_at IS NULL AND NOT {merged}
),
compared AS (
    SELECT i.source_id, g.golden_id, {differs}
    FROM record AS i
    JOIN {golden} AS g USING (golden_id)
    WHERE i.nth = 1 AND g.deleted_at IS NULL
      AND NOT EXISTS (
        SELECT FROM ops.quarantine AS q
        WHERE q.system = %(system)s AND q.entity = %(entity)s AND q.source_id = i.source_id
          AND q.side = 'read' AND q.state IN ('open', 'replay'))
),
updates AS (
    SELECT g.golden_id, i.source_id, 'update' AS action, {update_new} AS new, {update_old} AS old,
           {update_base} AS base, i.version AS base_version, {update_reason} AS reason
    FROM compared AS c
    JOIN record AS i USING (source_id)
    JOIN {golden} AS g ON g.golden_id = c.golden_id
    WHERE {any_differs}
),
suspect AS (
    SELECT DISTINCT unnest(q.keys) AS key FROM ops.quarantine AS q
    WHERE q.system = %(system)s AND q.entity = %(entity)s AND q.side = 'read'
      AND q.state IN ('open', 'replay')
),
absent AS MATERIALIZED (  -- before what follows is asked of a record, which costs far more
    SELECT g.*
    FROM scope
    JOIN {golden} AS g USING (golden_id)
    WHERE {may_create} AND g.deleted_at IS NULL
      AND NOT EXISTS (
        SELECT FROM {image} AS i
        WHERE i.golden_id = g.golden_id AND (i.deleted_at IS NULL OR NOT {restores})
          AND NOT {merged})
      AND ({restores} OR NOT EXISTS (
        SELECT FROM ops.tombstone AS t
        WHERE t.system = %(system)s AND t.entity = %(entity)s AND t.golden_id = g.golden_id))
),
creates AS (
    SELECT g.golden_id, NULL::text AS source_id, 'create' AS action, {create_new} AS new,
           '{{}}'::jsonb AS old, '{{}}'::jsonb AS base,
           coalesce((SELECT max(i.version) FROM {image} AS i
                     WHERE i.golden_id = g.golden_id), 0) AS base_version,
           {create_reason} AS reason
    FROM absent AS g
    WHERE {placed} AND NOT ({suspected})
),
deletes AS (
    SELECT i.golden_id, i.source_id, 'delete' AS action, '{{}}'::jsonb AS new, '{{}}'::jsonb AS old,
           i.raw AS base, i.version AS base_version, '{{}}'::jsonb AS reason
    FROM record AS i
    JOIN ops.deletion AS d ON d.entity = %(entity)s AND d.golden_id = i.golden_id
    WHERE NOT {referred}
)
SELECT md5(concat_ws('|', %(system)s::text, %(entity)s::text, x.golden_id, x.source_id, x.action, x.new,
                     x.base_version))::uuid AS key, x.*
FROM (
    SELECT * FROM updates UNION ALL SELECT * FROM creates UNION ALL SELECT * FROM deletes
) AS x
