-- record_conflicts: changes by people in this batch that the golden record did not take (lost),
-- those that it took although another change was still on its way (won), values of newly linked
-- records that differ from the golden ones (first_link), and golden values that gave way to those of
-- a newly linked record (displaced). One row a record and unit.
WITH rule(unit, words, kind, writable, posted) AS (VALUES {rules}),
before AS (  -- what was before, of those that changed in this batch
    SELECT h.*
    FROM (SELECT golden_id FROM {result} UNION SELECT golden_id FROM {diff}) AS a
    CROSS JOIN LATERAL (  -- one by one: the planner cannot know how many a new batch has replaced
        SELECT h.* FROM {history} AS h
        WHERE h.golden_id = a.golden_id AND h.replaced_batch = %(batch)s
        ORDER BY h.version DESC LIMIT 1  -- a batch may change it by systems, then by rules
    ) AS h
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
judged AS (  -- each edit beside the golden value of its unit after this batch
    SELECT e.*, v.value, v.gold AS now, v.blank, g.provenance
    FROM edit AS e
    JOIN {result} AS r ON r.system = e.system AND r.source_id = e.source_id
    JOIN {golden} AS g ON g.golden_id = e.golden_id
    CROSS JOIN LATERAL (VALUES {values}) AS v(unit, value, gold, blank)
    WHERE v.unit = e.unit
),
lost AS (
    SELECT j.golden_id, j.unit,
           CASE WHEN j.blank THEN 'blank'
                WHEN j.pending OR EXISTS (
                    SELECT FROM edit AS o
                    WHERE o.golden_id = j.golden_id AND o.unit = j.unit
                      AND (o.system, o.source_id) <> (j.system, j.source_id)) THEN 'both_changed'
                ELSE 'no_authority' END AS kind,
           jsonb_build_object('system', j.system, 'source_id', j.source_id, 'base', j.base,
                              'value', j.value) AS loser,
           jsonb_build_object('system', j.provenance -> j.unit ->> 'system',
                              'source_id', j.provenance -> j.unit ->> 'source_id',
                              'value', j.now) AS winner
    FROM judged AS j
    WHERE j.value <> j.now
),
won AS (
    SELECT j.golden_id, j.unit, 'both_changed' AS kind,
           jsonb_build_object('system', b.provenance -> j.unit ->> 'system',
                              'source_id', b.provenance -> j.unit ->> 'source_id',
                              'base', j.base, 'value', j.gold) AS loser,
           jsonb_build_object('system', j.system, 'source_id', j.source_id, 'value', j.value) AS winner
    FROM judged AS j
    JOIN before AS b ON b.golden_id = j.golden_id
    JOIN rule ON rule.unit = j.unit
    WHERE j.value = j.now AND j.pending AND j.moved AND j.system = ANY(rule.writable)
),
first_link AS (
    SELECT r.golden_id, v.unit, 'first_link' AS kind,
           jsonb_build_object('system', r.system, 'source_id', r.source_id, 'base', NULL,
                              'value', v.value) AS loser,
           jsonb_build_object('system', g.provenance -> v.unit ->> 'system',
                              'source_id', g.provenance -> v.unit ->> 'source_id',
                              'value', v.gold) AS winner
    FROM {result} AS r
    JOIN {golden} AS g ON g.golden_id = r.golden_id
    CROSS JOIN LATERAL (VALUES {values}) AS v(unit, value, gold, blank)
    WHERE NOT r.known AND r.matched_by <> 'new' AND NOT v.blank AND v.value <> v.gold
      AND g.provenance -> v.unit ->> 'source_id' IS DISTINCT FROM r.source_id
),
displaced AS (
    SELECT h.golden_id, o.unit, 'first_link' AS kind,
           jsonb_build_object('system', h.provenance -> o.unit ->> 'system',
                              'source_id', h.provenance -> o.unit ->> 'source_id',
                              'base', NULL, 'value', o.value) AS loser,
           jsonb_build_object('system', r.system, 'source_id', r.source_id,
                              'value', v.value) AS winner
    FROM before AS h
    JOIN {golden} AS g ON g.golden_id = h.golden_id
    JOIN {result} AS r ON r.golden_id = h.golden_id
    CROSS JOIN LATERAL (VALUES {values}) AS v(unit, value, gold, blank)
    JOIN LATERAL (VALUES {earlier}) AS o(unit, value, blank) ON o.unit = v.unit
    WHERE NOT r.known AND r.matched_by <> 'new'
      AND NOT o.blank AND o.value <> v.gold
      AND g.provenance -> v.unit ->> 'system' = r.system
      AND g.provenance -> v.unit ->> 'source_id' = r.source_id
),
everything AS (
    SELECT x.*, coalesce(g.provenance -> x.unit ->> 'rule' = rule.posted, false) AS posted
    FROM (
        SELECT * FROM lost UNION ALL SELECT * FROM won UNION ALL SELECT * FROM first_link
        UNION ALL SELECT * FROM displaced
    ) AS x
    JOIN rule ON rule.unit = x.unit
    JOIN {golden} AS g ON g.golden_id = x.golden_id
),
asked AS (
    INSERT INTO ops.review (kind, entity, golden_id, subject, detail, batch_id)
    SELECT DISTINCT ON (c.golden_id, c.unit)
           'conflict', %(entity)s, c.golden_id, c.golden_id || '/' || c.unit,
           jsonb_build_object('unit', c.unit), %(batch)s
    FROM everything AS c
    JOIN rule ON rule.unit = c.unit
    WHERE rule.kind = 'steward' AND c.kind <> 'blank' AND NOT c.posted
    ON CONFLICT (kind, coalesce(system, ''), coalesce(entity, ''), subject) WHERE state = 'open'
    DO NOTHING
)
INSERT INTO ops.conflict (batch_id, entity, golden_id, unit, kind, loser, winner, reason, state)
SELECT %(batch)s, %(entity)s, c.golden_id, c.unit, c.kind, c.loser, c.winner,
       CASE WHEN c.posted THEN rule.posted ELSE rule.words END,
       CASE WHEN rule.kind = 'steward' AND c.kind <> 'blank' AND NOT c.posted
            THEN 'open' ELSE 'settled' END
FROM everything AS c
JOIN rule ON rule.unit = c.unit
