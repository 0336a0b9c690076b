-- rounded: by group, what the hub does not keep of the amounts and rates of a system's records: digits
-- beyond the last place of their fields.
WITH both_forms AS (
    SELECT r.source_id, r.golden_id, {called} AS name, {key} AS key, {amount} AS amount, {home} AS home,
           {rate} AS rate,
           CASE WHEN pg_input_is_valid(r.raw ->> %(sum)s, 'numeric')
                THEN (r.raw ->> %(sum)s)::numeric END AS raw_amount,
           CASE WHEN %(rate)s::text IS NULL THEN 1
                WHEN pg_input_is_valid(r.raw ->> %(rate)s, 'numeric')
                THEN (r.raw ->> %(rate)s)::numeric END AS raw_rate
    FROM {image} AS r {joins}
    WHERE r.deleted_at IS NULL AND r.source_id <> ALL (%(done)s)
),
cut AS (
    SELECT b.*, row_number() OVER (PARTITION BY b.key ORDER BY b.name, b.source_id) AS nth
    FROM both_forms AS b
    WHERE b.key = ANY (%(keys)s)
      AND (b.raw_amount <> b.amount OR b.raw_rate <> b.rate)
      AND abs(b.raw_amount - b.amount) < %(smallest)s AND abs(b.raw_rate - b.rate) < %(smallest_rate)s
)
SELECT key, count(*), sum(raw_amount - amount), sum(raw_amount * raw_rate - home),
       jsonb_agg(jsonb_build_object('id', source_id, 'golden_id', golden_id, 'name', name)
                 ORDER BY nth) FILTER (WHERE nth <= %(named)s)
FROM cut
GROUP BY key
