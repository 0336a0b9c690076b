"""Queries of business rules: a company's SQL, which may read the hub and write nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from concord.hub.database import Connection


def relation(text: str) -> sql.Composed:
    """A query as a derived table. To be executed with parameters: then one statement is all that
    the server takes, and in brackets it can be nothing but a SELECT.
    """
    return sql.Composed([sql.SQL("(\n"), sql.SQL(text.replace("%", "%%")), sql.SQL("\n)")])


@contextmanager
def reading_only(conn: Connection) -> Iterator[None]:
    """A savepoint in which temporary tables are all that can be written, by functions either.

    The mode ends with the savepoint, whether that is kept or rolled back.
    """
    with conn.transaction():
        conn.execute("SET LOCAL transaction_read_only = on")
        yield


def columns(conn: Connection, query: sql.Composable) -> tuple[str, ...]:
    """The names of the columns that a derived table has."""
    done = conn.execute(
        sql.SQL("SELECT * FROM {} AS q WHERE %(no)s LIMIT 0").format(query), {"no": False}
    )
    return tuple(column.name for column in done.description or ())


def reason(error: psycopg.Error) -> str:
    """What a query failed of, without values: the server's words where they are about its text."""
    code = error.sqlstate or ""
    if code.startswith("42") and error.diag.message_primary:
        return error.diag.message_primary
    return f"{type(error).__name__} ({code})"
