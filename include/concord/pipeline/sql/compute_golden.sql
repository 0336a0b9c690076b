-- compute_golden: the new state of every golden record in {affected}, one row each; `differs` where
-- it is not what is stored, `gone` where no live image is left or a deletion is passed on. Records
-- whose deletion is ignored go on saying what they said; those that were merged away say nothing.
CREATE UNLOGGED TABLE {new} AS
WITH effective AS (  -- decisions that no later change by a person has overtaken
    SELECT DISTINCT ON (d.golden_id, d.unit) d.*
    FROM ops.decision AS d
    JOIN {affected} AS a USING (golden_id)
    WHERE d.entity = %(entity)s AND NOT EXISTS (
        SELECT FROM {image} AS i
        CROSS JOIN LATERAL jsonb_each_text(i.changed) AS ch(field, batch)
        WHERE i.golden_id = d.golden_id AND i.deleted_at IS NULL AND ch.batch::bigint > d.batch_id
          AND ({unit_fields}::jsonb -> d.unit) ? ch.field)
    ORDER BY d.golden_id, d.unit, d.decision_id DESC
),
candidate AS (
    SELECT x.*, row_number() OVER (
               PARTITION BY x.golden_id ORDER BY x.decided NULLS FIRST, x.first_batch, x.system, x.source_id
           ) AS place
    FROM (
        SELECT i.golden_id, i.system, i.source_id, i.changed, i.first_batch, NULL::text AS decided,
               i.deleted_at IS NULL AND NOT {adds} AS live, {by_rule} AS by_rule, {candidate_fields}
        FROM {image} AS i
        JOIN {affected} AS a USING (golden_id)
        WHERE {counts} AND NOT {merged}
        UNION ALL
        SELECT d.golden_id, 'steward', d.actor, jsonb_build_object('*', d.batch_id), d.batch_id, d.unit,
               false, NULL::text, {decided_fields}
        FROM effective AS d
    ) AS x
),
winner AS (
    SELECT c.golden_id, bool_or(c.live) AS alive, {winners}
    FROM candidate AS c
    GROUP BY c.golden_id
),
picked AS (
    SELECT c.golden_id, {picked}
    FROM candidate AS c
    JOIN winner AS w USING (golden_id)
    WHERE w.alive
    GROUP BY c.golden_id
),
final AS (
    SELECT v.golden_id, {final}
    FROM picked AS v
    LEFT JOIN {golden} AS g USING (golden_id)
)
SELECT a.golden_id, f.golden_id IS NULL OR d.golden_id IS NOT NULL AS gone, {kept_values},
       {provenance} AS provenance,
       CASE WHEN f.golden_id IS NULL OR d.golden_id IS NOT NULL THEN g.golden_id IS NOT NULL AND g.deleted_at IS NULL
            ELSE g.golden_id IS NULL OR g.deleted_at IS NOT NULL OR NOT ({same}) END AS differs
FROM {affected} AS a
LEFT JOIN final AS f USING (golden_id)
LEFT JOIN {golden} AS g USING (golden_id)
LEFT JOIN ops.deletion AS d ON d.entity = %(entity)s AND d.golden_id = a.golden_id
