-- Our message in the write-ahead log: committed and on disk when this returns, and with it all
-- that was committed before.
SELECT pg_logical_emit_message(true, 'concord', %(mark)s)
