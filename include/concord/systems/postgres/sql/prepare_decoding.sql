
-- Logical decoding. Until it is read again, the replication slot keeps the server's log from being
-- cleared: watch its size (`concord systems list`), limit it by max_slot_wal_keep_size, and take
-- it away by `concord systems remove` when Concord goes. A published table needs its primary key
-- (or other replica identity): without one, updates of it fail.
-- First an empty publication, then the slot, then the tables: whatever changes them from then on
-- begins after the slot and is in it.
BEGIN;
SET LOCAL lock_timeout = '5s';
{role}DROP PUBLICATION IF EXISTS concord;
CREATE PUBLICATION concord;
COMMENT ON PUBLICATION concord IS {mark};
COMMIT;
BEGIN;
-- This waits for transactions that are open now, in any database of the server.
SET LOCAL lock_timeout = '30s';
{lost}SELECT pg_create_logical_replication_slot({slot}, 'pgoutput')
WHERE NOT EXISTS (SELECT FROM pg_replication_slots AS s WHERE s.slot_name = {slot});
COMMIT;
