"""The change signal of a PostgreSQL system: its change log says when something was committed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import psycopg
from psycopg import sql

from concord.systems.postgres.connection import Target

CHANNEL = "concord_changed"
"""Notified by the triggers of the change log, for changes that are not ours."""

SETTINGS = "-c statement_timeout=30s"
QUIET = 60.0  # seconds of silence after which the connection is tried


async def changes(system: str, connection: str, url: str) -> AsyncIterator[None]:
    """One item once it listens, since changes may have been missed before, then one a signal.

    Signals that come while the caller is busy may be one item. Never ends by itself; a lost
    connection is noticed within a minute.

    Raises:
        ConfigError: the address cannot be read.
        NotAuthorised: it refused us.
        SystemUnavailable: it cannot be reached, or the connection was lost.
    """
    target = Target.of(system, connection, url)
    with target.errors("listening for its changes"):
        conn = await psycopg.AsyncConnection.connect(
            **target.options("concord signal", SETTINGS), autocommit=True
        )
        try:
            await conn.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
            yield
            while True:
                async for _ in conn.notifies(timeout=QUIET, stop_after=1):
                    yield
                await conn.execute("SELECT 1")
        finally:
            await conn.close()
