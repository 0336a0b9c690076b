-- upsert_take: what changed, from a temporary table into the target.
INSERT INTO peer.bench_account AS t SELECT * FROM taken
ON CONFLICT (id) DO UPDATE SET {assignments}
