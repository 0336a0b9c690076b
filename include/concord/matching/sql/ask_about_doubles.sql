-- ask_about_doubles: golden records to which one system gives more than one live record because of
-- a new link (rules may want one thing twice); only the first of them is written to until a person has merged them there.
INSERT INTO ops.review (kind, system, entity, golden_id, subject, detail, batch_id)
SELECT 'double', d.system, %(entity)s, d.golden_id, d.golden_id::text,
       jsonb_build_object('records', d.records), %(batch)s
FROM (
    SELECT b.system, b.golden_id, jsonb_agg(DISTINCT b.source_id) AS records
    FROM (
        SELECT r.system, r.golden_id, r.source_id FROM {result} AS r
        UNION
        SELECT i.system, i.golden_id, i.source_id
        FROM {image} AS i
        JOIN {result} AS r ON r.golden_id = i.golden_id AND NOT r.known
        WHERE i.deleted_at IS NULL
    ) AS b
    WHERE NOT {merged} AND b.system <> 'rules'
    GROUP BY b.system, b.golden_id
    HAVING count(DISTINCT b.source_id) > 1
) AS d
WHERE EXISTS (
    SELECT FROM {result} AS r
    WHERE r.golden_id = d.golden_id AND r.system = d.system AND NOT r.known)
  AND NOT EXISTS (  -- a steward has looked at these very records
    SELECT FROM ops.review AS v
    WHERE v.kind = 'double' AND v.state <> 'open' AND v.system = d.system AND v.entity = %(entity)s
      AND v.subject = d.golden_id::text AND v.decided IS NOT NULL
      AND v.detail -> 'records' = d.records)
ON CONFLICT (kind, coalesce(system, ''), coalesce(entity, ''), subject) WHERE state = 'open'
DO UPDATE SET detail = excluded.detail
