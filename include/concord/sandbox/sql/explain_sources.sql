-- Which golden record each record of a system or rule belongs to.
SELECT system, source_id, golden_id::text FROM {image}
