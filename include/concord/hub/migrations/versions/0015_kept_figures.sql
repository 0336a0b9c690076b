-- The key figures over so many days as they were at a moment: a page cannot sum up months in its time.
CREATE TABLE ops.kept_figures (
    days    integer PRIMARY KEY,
    at      timestamptz NOT NULL,
    content jsonb NOT NULL                         -- [{name, unit, value, n, rows: [{of, n, values}]}]
);
