-- refuse: wanted records that cannot be told apart or are about nothing, as quarantine entries of the
-- rules, one a key. What is there from before under their keys stays.
WITH bad AS (
    UPDATE pg_temp.wanted AS w SET rule_refused = true
    FROM (
        SELECT d.rule_key, count(*) AS n,
               bool_and(g.golden_id IS NOT NULL) AS about, (array_agg(d.rule_subject))[1] AS subject
        FROM pg_temp.wanted AS d
        LEFT JOIN (SELECT DISTINCT k.golden_id FROM {golden} AS k
                   WHERE EXISTS (SELECT FROM pg_temp.wanted AS m
                                 WHERE m.rule_subject = k.golden_id)) AS g
          ON g.golden_id = d.rule_subject
        WHERE d.rule_key IS NOT NULL
        GROUP BY d.rule_key
        HAVING count(*) > 1 OR NOT bool_and(g.golden_id IS NOT NULL)
    ) AS x
    WHERE w.rule_key = x.rule_key
    RETURNING w.rule_key, x.n, x.about, x.subject
)
INSERT INTO ops.quarantine (system, entity, source_id, raw, causes, first_batch, last_batch)
SELECT DISTINCT ON (b.rule_key) 'rules', %(entity)s, %(prefix)s || b.rule_key,
       jsonb_build_object('_rule', %(rule)s::text, '_version', %(version)s::text,
                          '_subject', b.subject::text),
       jsonb_build_array(jsonb_build_object(
           'rule', 'one_record_a_key', 'column', 'key', 'expectation', 'one_record_a_key',
           'severity', 'critical', 'owner', %(owner)s::text,
           'message', CASE WHEN b.about THEN 'the rule gives this key ' || b.n || ' times: make its keys unique'
                           ELSE 'the rule names no subject that is there: correct its query' END)),
       %(batch)s, %(batch)s
FROM bad AS b
ORDER BY b.rule_key
ON CONFLICT (system, entity, source_id, side) WHERE state IN ('open', 'replay')
DO UPDATE SET raw = excluded.raw, causes = excluded.causes, last_batch = excluded.last_batch,
              state = 'open'
