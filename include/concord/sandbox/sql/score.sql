-- Pairs of records of one true thing, pairs under one golden id, and pairs that are both.
-- A true thing is split when its records have several golden ids; a golden id is mixed when it has
-- records of several true things.
WITH seen AS (
    SELECT t.true_id, i.golden_id
    FROM sandbox_truth t
    JOIN {image} i USING (system, source_id)
    WHERE t.entity = %(entity)s AND i.deleted_at IS NULL AND i.golden_id IS NOT NULL
),
cells AS (
    SELECT true_id, golden_id, count(*) AS n FROM seen GROUP BY true_id, golden_id
),
truths AS (
    SELECT true_id, sum(n) AS n, count(*) AS parts FROM cells GROUP BY true_id
),
goldens AS (
    SELECT golden_id, sum(n) AS n, count(*) AS parts FROM cells GROUP BY golden_id
),
hard AS (  -- and so is whatever belongs to a customer that is: T7.1 is a contact of T7
    SELECT DISTINCT true_id FROM sandbox_truth
    WHERE entity IN ('party', %(entity)s) AND dirt ~ 'link_scored|broken_'
)
SELECT
    (SELECT count(*) FROM sandbox_truth WHERE entity = %(entity)s) AS records,
    (SELECT count(*) FROM seen) AS in_hub,
    (SELECT count(*) FROM {image} WHERE deleted_at IS NULL)
        - (SELECT count(*) FROM seen) AS not_in_truth,
    (SELECT count(*) FROM truths) AS true_things,
    (SELECT count(*) FROM goldens) AS golden_things,
    (SELECT coalesce(sum(n * (n - 1) / 2), 0)::bigint FROM truths) AS pairs_true,
    (SELECT coalesce(sum(n * (n - 1) / 2), 0)::bigint FROM goldens) AS pairs_found,
    (SELECT coalesce(sum(n * (n - 1) / 2), 0)::bigint FROM cells) AS pairs_right,
    (SELECT count(*) FROM truths WHERE parts > 1) AS split,
    (SELECT count(*) FROM truths t
        WHERE parts > 1 AND NOT EXISTS (
            SELECT FROM hard h
            WHERE h.true_id IN (t.true_id, split_part(t.true_id, '.', 1)))) AS split_easy,
    (SELECT count(*) FROM goldens WHERE parts > 1) AS mixed;
