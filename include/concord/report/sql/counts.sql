-- counts: the batch's books.
SELECT system, entity, name, n FROM ops.batch_count WHERE batch_id = %(batch)s
