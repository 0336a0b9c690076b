-- upsert_reset: the target as it was before people changed anything.
UPDATE peer.bench_account AS t
SET phone_number = b.phone_number, modified_on = b.modified_on
FROM peer.bench_before AS b
WHERE b.id = t.id AND b.modified_on <> t.modified_on
