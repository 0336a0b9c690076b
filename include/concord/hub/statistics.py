"""Planner statistics: refreshed at once after a large change, not when autovacuum comes by.

A first load fills tables that the planner believes empty; every later statement of the same batch
would then be planned for a handful of rows.
"""

from __future__ import annotations

from psycopg import sql

from concord.hub.database import Connection

FEWEST = 500  # changed rows below which old statistics do
SHARE = 0.2  # of the table's rows

SKETCH = 10  # statistics target: a sample of 3,000 rows instead of 30,000
LARGE = 5_000  # rows from which a set-based statement is better off without nested loops
FEW = 20  # but not when they are fewer than one in so many of the table that they are among


def expect(conn: Connection, rows: int, among: sql.Identifier) -> None:
    """Tell the planner, for the rest of the transaction, that large sets are coming.

    It guesses the sizes of intermediate sets (CTEs, fresh stage tables) and guesses low; a nested
    loop over a low guess made 100,000 customers take minutes where a hash join takes seconds. Of
    10,000 among a million a hash join reads the million, though, and took longer than all else.
    """
    if rows > LARGE and rows * FEW >= _size(conn, among):
        conn.execute("SET LOCAL enable_nestloop = off")


def _size(conn: Connection, table: sql.Identifier) -> float:
    """The planner's estimate of a table's rows."""
    row = conn.execute(
        "SELECT greatest(reltuples, 0) FROM pg_class WHERE oid = %s::regclass",
        (table.as_string(conn),),
    ).fetchone()
    return float(row[0]) if row else 0.0


def refresh(conn: Connection, table: sql.Identifier, changed: int) -> bool:
    """Analyze a table when many of its rows have just changed; returns whether it was."""
    if changed < FEWEST:
        return False
    if changed < SHARE * _size(conn, table):
        return False
    # Its lock stays until the transaction ends; who finds it taken leaves that work to the holder.
    conn.execute(sql.SQL("ANALYZE (SKIP_LOCKED) {}").format(table))
    return True


def sketch(conn: Connection, table: sql.Identifier) -> None:
    """Analyze a table that one batch uses and drops: sizes and distinct values, no fine histogram.

    A tenth of the sample costs a tenth of the time, which is a fifth of reading 100,000 rows.
    """
    text = "SET LOCAL default_statistics_target = {}; ANALYZE {}; RESET default_statistics_target"
    conn.execute(sql.SQL(text).format(sql.Literal(SKETCH), table))
