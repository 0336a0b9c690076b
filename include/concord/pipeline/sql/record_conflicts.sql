-- record_conflicts: changes by people in this batch that the golden record did not take (lost),
-- those that it took although another change was still on its way (won), and values of newly linked
-- records that differ from the golden ones (first_link). One row a record and unit.
WITH rule(unit, words, kind, writable) AS (VALUES {rules}),
before AS (  -- provenance before this batch, for those that changed in it
    SELECT h.golden_id, h.provenance FROM {history} AS h WHERE h.replaced_batch = %(batch)s
),
edit AS (
    SELECT d.system, d.source_id, d.golden_id, d.unit,
           jsonb_object_agg(d.field, d.base) AS base,
           jsonb_object_agg(d.field, d.gold) AS gold,
           -- golden had moved on from what this system held, and had not reached it yet
           bool_or(d.met AND d.base IS DISTINCT FROM d.gold AND NOT d.settled
                   AND d.gold IS NOT NULL) AS pending,
           bool_or(d.value IS DISTINCT FROM d.gold) AS moved
    FROM {diff} AS d
    GROUP BY d.system, d.source_id, d.golden_id, d.unit
),
held AS (
    SELECT r.system, r.source_id, r.golden_id, r.known, r.matched_by, v.unit, v.value, v.gold, v.blank,
           g.provenance
    FROM {result} AS r
    JOIN {golden} AS g USING (golden_id)
    CROSS JOIN LATERAL (VALUES {values}) AS v(unit, value, gold, blank)
),
lost AS (
    SELECT h.golden_id, h.unit,
           CASE WHEN h.blank THEN 'blank'
                WHEN e.pending OR EXISTS (
                    SELECT FROM edit AS o
                    WHERE o.golden_id = e.golden_id AND o.unit = e.unit
                      AND (o.system, o.source_id) <> (e.system, e.source_id)) THEN 'both_changed'
                ELSE 'no_authority' END AS kind,
           jsonb_build_object('system', h.system, 'source_id', h.source_id, 'base', e.base,
                              'value', h.value) AS loser,
           jsonb_build_object('system', h.provenance -> h.unit ->> 'system',
                              'source_id', h.provenance -> h.unit ->> 'source_id',
                              'value', h.gold) AS winner
    FROM edit AS e
    JOIN held AS h USING (system, source_id, unit)
    WHERE h.value <> h.gold
),
won AS (
    SELECT h.golden_id, h.unit, 'both_changed' AS kind,
           jsonb_build_object('system', b.provenance -> h.unit ->> 'system',
                              'source_id', b.provenance -> h.unit ->> 'source_id',
                              'base', e.base, 'value', e.gold) AS loser,
           jsonb_build_object('system', h.system, 'source_id', h.source_id, 'value', h.value) AS winner
    FROM edit AS e
    JOIN held AS h USING (system, source_id, unit)
    JOIN before AS b ON b.golden_id = h.golden_id
    JOIN rule ON rule.unit = h.unit
    WHERE h.value = h.gold AND e.pending AND e.moved AND h.system = ANY(rule.writable)
),
first_link AS (
    SELECT h.golden_id, h.unit, 'first_link' AS kind,
           jsonb_build_object('system', h.system, 'source_id', h.source_id, 'base', NULL,
                              'value', h.value) AS loser,
           jsonb_build_object('system', h.provenance -> h.unit ->> 'system',
                              'source_id', h.provenance -> h.unit ->> 'source_id',
                              'value', h.gold) AS winner
    FROM held AS h
    WHERE NOT h.known AND NOT h.blank AND h.matched_by <> 'new' AND h.value <> h.gold
      AND h.provenance -> h.unit ->> 'source_id' IS DISTINCT FROM h.source_id
),
everything AS (
    SELECT * FROM lost UNION ALL SELECT * FROM won UNION ALL SELECT * FROM first_link
),
asked AS (
    INSERT INTO ops.review (kind, entity, golden_id, subject, detail, batch_id)
    SELECT DISTINCT ON (c.golden_id, c.unit)
           'conflict', %(entity)s, c.golden_id, c.golden_id || '/' || c.unit,
           jsonb_build_object('unit', c.unit), %(batch)s
    FROM everything AS c
    JOIN rule ON rule.unit = c.unit
    WHERE rule.kind = 'steward' AND c.kind <> 'blank'
    ON CONFLICT (kind, coalesce(system, ''), coalesce(entity, ''), subject) WHERE state = 'open'
    DO NOTHING
)
INSERT INTO ops.conflict (batch_id, entity, golden_id, unit, kind, loser, winner, reason, state)
SELECT %(batch)s, %(entity)s, c.golden_id, c.unit, c.kind, c.loser, c.winner, rule.words,
       CASE WHEN rule.kind = 'steward' AND c.kind <> 'blank' THEN 'open' ELSE 'settled' END
FROM everything AS c
JOIN rule ON rule.unit = c.unit
