-- waiting: planned writes of any batch that have not ended.
SELECT system, entity, count(*) FROM ops.intent WHERE state IN ('waiting', 'sent', 'unknown')
GROUP BY system, entity ORDER BY system, entity
