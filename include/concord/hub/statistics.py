"""Planner statistics: refreshed at once after a large change, not when autovacuum comes by.

A first load fills tables that the planner believes empty; every later statement of the same batch
would then be planned for a handful of rows.
"""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from concord.hub.database import Connection
from concord.hub.sql import idents

INTENT = ("system", "entity", "state", "action", "golden_id", "change_set_id", "batch_id")
"""Of ops.intent; sampling its values took eight times as long."""
FEWEST = 500  # changed rows below which old statistics do
SHARE = 0.2  # of the table's rows

ANALYZES_ONLY = 180_000  # the first server version that can leave a table's partitions alone

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


def refresh(
    conn: Connection, table: sql.Identifier, changed: int, columns: Sequence[str] = ()
) -> bool:
    """Analyze a table when many of its rows have just changed; returns whether it was.

    `columns`: those that alone are asked about, where others are long and cost most of the time.
    """
    if changed < FEWEST:
        return False
    if changed < SHARE * _size(conn, table):
        return False
    # Its lock stays until the transaction ends; who finds it taken leaves that work to the holder.
    of = sql.SQL(" ({})").format(idents(columns)) if columns else sql.SQL("")
    conn.execute(sql.SQL("ANALYZE (SKIP_LOCKED) {}{}").format(table, of))
    return True


def refresh_whole(conn: Connection, table: sql.Identifier, column: str) -> None:
    """Analyze a column of a partitioned table, when one of its partitions was.

    Autovacuum never does. Without it a join with the whole table is taken to give two hundred times
    its rows, and is planned for parallel workers and loops over all.
    """
    only = sql.SQL("ONLY " if conn.info.server_version >= ANALYZES_ONLY else "")
    text = "ANALYZE (SKIP_LOCKED) {}{} ({})"
    conn.execute(sql.SQL(text).format(only, table, sql.Identifier(column)))


def sketch(conn: Connection, table: sql.Identifier) -> None:
    """Analyze a table that one batch uses and drops: sizes and distinct values, no fine histogram.

    A tenth of the sample costs a tenth of the time, which is a fifth of reading 100,000 rows.
    """
    text = "SET LOCAL default_statistics_target = {}; ANALYZE {}; RESET default_statistics_target"
    conn.execute(sql.SQL(text).format(sql.Literal(SKETCH), table))
