-- Everything that a slot holds and the log has on disk, left there.
SELECT p.data
FROM pg_logical_slot_peek_binary_changes(
    %(slot)s, NULL, NULL, 'proto_version', '1', 'publication_names', 'concord', 'messages', 'true'
) AS p
