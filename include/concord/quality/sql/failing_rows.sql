-- failing_rows: key of every row that breaks a rule about rows, with the numbers of those rules. A key is
-- there again for each rule that its row breaks because of other rows.
CREATE TEMP TABLE concord_failing AS
SELECT seen.source_id, array_remove(ARRAY[{numbers}]::integer[], NULL) AS rules
FROM {seen} AS seen
WHERE {any}
{by_others}
