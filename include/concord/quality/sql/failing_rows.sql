-- failing_rows: key of every row that breaks a rule about rows, with the numbers of those rules.
CREATE TEMP TABLE concord_failing AS
SELECT judged.source_id, judged.rules
FROM (
    SELECT seen.source_id, array_remove(ARRAY[{tests}]::integer[], NULL) AS rules
    FROM {seen} AS seen
) AS judged
WHERE judged.rules <> '{{}}'
