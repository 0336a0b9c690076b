-- book_comparison: what a batch's comparison of one entity of one system found.
INSERT INTO ops.comparison (batch_id, system, entity, as_of, columns, compared, differing, confirmed,
    missing, extra, changed, late, timing, incomparable, reasons, companies,
    rows_moved, seconds)
VALUES (%(batch)s, %(system)s, %(entity)s, %(as_of)s, %(columns)s, %(compared)s, %(differing)s,
    %(confirmed)s, %(missing)s, %(extra)s, %(changed)s, %(late)s, %(timing)s, %(incomparable)s,
    %(reasons)s, %(companies)s, %(rows_moved)s, %(seconds)s)
