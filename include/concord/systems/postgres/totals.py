"""Counts and sums of a table by group, for control totals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from psycopg.sql import SQL, Composed, Literal

from concord.hub.database import Connection
from concord.hub.sql import comma, statement
from concord.systems.postgres.columns import ROOM
from concord.systems.postgres.table import Table, following
from concord.systems.protocol import Total

AT_ONCE = 5_000


def read(
    conn: Connection, table: Table, by: Sequence[str], sums: Sequence[Sequence[str]]
) -> Iterator[Total]:
    """Every group as it comes: the texts of the columns in `by`, and a sum for each of `sums`."""
    query = statement(
        ROOM,
        "totals",
        group=comma(table.columns[name].text("t") for name in by),
        sums=following([_sum(table, names) for names in sums]),
        table=table.ident,
        key=table.columns[table.key.name].canonical("t"),
        places=comma(Literal(n + 1) for n in range(len(by))),
    )
    with conn.cursor("totals") as cur:
        cur.itersize = AT_ONCE
        for row in cur.execute(query):
            yield Total(tuple(row[: len(by)]), row[len(by)], tuple(row[len(by) + 1 :]))


def _sum(table: Table, names: Sequence[str]) -> Composed:
    factors = [SQL("{}::numeric").format(table.canonical(name)) for name in names]
    return SQL("coalesce(sum({}), 0)").format(SQL(" * ").join(factors))
