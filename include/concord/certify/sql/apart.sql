-- apart: records of groups that differ which a system holds otherwise than the golden model, gathered
-- by group and reason. Without a reason: unexplained. `also` has the golden records of the entity that
-- the system holds, where it is another one than that which is summed.
WITH trouble AS MATERIALIZED (
    SELECT t.kind, t.source_id, t.golden_id, t.words,
           array_position(ARRAY['quarantine', 'parked', 'held', 'timing', 'policy'], t.kind) AS rank
    FROM ({troubles}) AS t
),
of_golden AS (
    SELECT DISTINCT ON (golden_id) * FROM trouble WHERE golden_id IS NOT NULL
    ORDER BY golden_id, rank, words
),
of_source AS (
    SELECT DISTINCT ON (source_id) * FROM trouble WHERE source_id IS NOT NULL
    ORDER BY source_id, rank, words
),
golden AS (
    SELECT r.golden_id, 1::bigint AS nth, {golden_pair} AS pair, {golden_key} AS key,
           {golden_amount} AS amount, {golden_home} AS home, {golden_rate} AS rate,
           {golden_name} AS name
    FROM {golden} AS r {golden_joins}
    WHERE r.deleted_at IS NULL
),
held AS (
    SELECT r.golden_id, r.source_id, {own_pair} AS pair, {own_key} AS key, {own_amount} AS amount,
           {own_home} AS home, {own_rate} AS rate, {own_name} AS name,
           row_number() OVER (PARTITION BY {own_pair} ORDER BY r.first_batch, r.source_id) AS nth
    FROM {image} AS r {own_joins}
    WHERE r.deleted_at IS NULL
),
apart AS MATERIALIZED (
    SELECT g.golden_id, h.golden_id AS own_id, h.source_id, g.pair, coalesce(g.name, h.name) AS name,
           g.key AS golden_key, g.amount AS golden_amount, g.home AS golden_home, g.rate AS golden_rate,
           h.key AS own_key, h.amount AS own_amount, h.home AS own_home, h.rate AS own_rate
    FROM golden AS g
    FULL JOIN held AS h ON h.pair = g.pair AND h.nth = g.nth
    WHERE ROW(g.key, g.amount, g.home) IS DISTINCT FROM ROW(h.key, h.amount, h.home)
      AND (g.key = ANY (%(keys)s::text[]) OR h.key = ANY (%(keys)s::text[]))
),
known AS (
    SELECT a.*, coalesce(a.own_id, o.golden_id, a.golden_id) AS there_id
    FROM apart AS a LEFT JOIN {also} AS o ON o.pair = a.pair
),
reasoned AS (
    SELECT k.*, {waits} AS waits,
           coalesce(k.own_key = k.golden_key
                    AND (k.own_amount = round(k.golden_amount, {amount_places})
                         OR k.own_amount = k.golden_amount
                            AND k.own_rate = round(k.golden_rate, {rate_places})), false) AS rounded,
           (SELECT i.source_id FROM {image} AS i
            WHERE k.source_id IS NULL AND i.golden_id = k.there_id AND i.deleted_at IS NOT NULL
            LIMIT 1) AS deleted
    FROM known AS k
),
told AS (
    SELECT k.*,
           CASE
               WHEN t.kind IS NOT NULL THEN t.kind
               WHEN k.waits IS NOT NULL THEN 'parked'
               WHEN k.deleted IS NOT NULL THEN 'policy'
               WHEN k.source_id IS NULL AND NOT {creates} THEN 'policy'
               WHEN k.rounded THEN 'rounding'
               WHEN k.own_key = k.golden_key AND k.own_amount = k.golden_amount THEN 'exchange_rate'
               ELSE ''
           END AS kind,
           CASE
               WHEN t.kind IS NOT NULL THEN t.words
               WHEN k.waits IS NOT NULL THEN 'waits for ' || k.waits
               WHEN k.deleted IS NOT NULL THEN 'it was deleted there'
               WHEN k.source_id IS NULL AND NOT {creates} THEN 'nothing is created there'
               WHEN k.rounded THEN 'fewer decimal places are kept there'
               WHEN k.own_key = k.golden_key AND k.own_amount = k.golden_amount
                   THEN 'the rate is another one'
           END AS words
    FROM reasoned AS k
    LEFT JOIN of_source AS s ON s.source_id = k.source_id
    LEFT JOIN of_golden AS own ON own.golden_id = k.there_id::text
    LEFT JOIN of_golden AS summed ON summed.golden_id = k.golden_id::text
    LEFT JOIN LATERAL (
        SELECT x.kind, x.words
        FROM (VALUES (s.rank, s.kind, s.words), (own.rank, own.kind, own.words),
                     (summed.rank, summed.kind, summed.words)) AS x (rank, kind, words)
        WHERE x.kind IS NOT NULL
        ORDER BY x.rank LIMIT 1
    ) AS t ON true
),
entries AS (
    SELECT e.key, t.kind, e.n, e.amount, e.home,
           jsonb_build_object('id', t.source_id, 'golden_id', coalesce(t.golden_id, t.there_id),
                              'name', t.name, 'words', t.words) AS record,
           row_number() OVER (PARTITION BY e.key, t.kind ORDER BY t.name, t.golden_id, t.source_id) AS nth
    FROM told AS t
    CROSS JOIN LATERAL (
        SELECT x.key, sum(x.n) AS n, sum(x.amount) AS amount, sum(x.home) AS home
        FROM (VALUES (t.golden_key, -1, -t.golden_amount, -t.golden_home),
                     (t.own_key, 1, t.own_amount, t.own_home)) AS x (key, n, amount, home)
        WHERE x.key IS NOT NULL
        GROUP BY x.key
    ) AS e
)
SELECT key, kind, count(*), sum(n)::bigint, sum(amount), sum(home),
       jsonb_agg(record ORDER BY nth) FILTER (WHERE nth <= %(named)s)
FROM entries
WHERE key = ANY (%(keys)s::text[])
GROUP BY key, kind
ORDER BY key, kind
