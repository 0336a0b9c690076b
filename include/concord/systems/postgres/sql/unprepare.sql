-- Take away everything that Concord put into this database. Afterwards changes are found by time
-- stamp or by comparing all, and nothing is written. Object by object: what somebody else put into
-- schema concord stays, and then stops this.
BEGIN;
SET LOCAL lock_timeout = '5s';
{triggers}{functions}
DROP FUNCTION IF EXISTS concord.write_each(text, json, integer[], integer, text, bigint);
DROP FUNCTION IF EXISTS concord.write_each(text[], json, integer[], integer, text, bigint);
DROP TABLE IF EXISTS concord.change_log, concord.watched, concord.watched_lines, concord.applied,
    concord.fence;
DROP SCHEMA IF EXISTS concord;
COMMIT;
