-- Count and sums of all records by the texts of some columns.
SELECT {group}, count(*){sums}
FROM {table} AS t
WHERE {key} IS NOT NULL
GROUP BY {places}
