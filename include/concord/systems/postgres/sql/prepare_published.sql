
-- The tables to decode. The lock waits until nobody has changes of them open.
BEGIN;
SET LOCAL lock_timeout = '5s';
LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE;
ALTER PUBLICATION concord SET TABLE {tables};
COMMIT;
