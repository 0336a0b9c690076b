"""Planner statistics: refreshed at once after a large change, not when autovacuum comes by.

A first load fills tables that the planner believes empty; every later statement of the same batch
would then be planned for a handful of rows.
"""

from __future__ import annotations

from psycopg import sql

from concord.hub.database import Connection

FEWEST = 500  # changed rows below which old statistics do
SHARE = 0.2  # of the table's rows


def refresh(conn: Connection, table: sql.Identifier, changed: int) -> bool:
    """Analyze a table when many of its rows have just changed; returns whether it was."""
    if changed < FEWEST:
        return False
    row = conn.execute(
        "SELECT greatest(reltuples, 0) FROM pg_class WHERE oid = %s::regclass",
        (table.as_string(conn),),
    ).fetchone()
    if row and changed < SHARE * row[0]:
        return False
    conn.execute(sql.SQL("ANALYZE {}").format(table))
    return True
