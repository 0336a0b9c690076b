"""Leases: who may write into a system now, with a fencing token that grows with each holder.

The lease keeps two loads from working at once in the ordinary case. What makes it safe is the
token: every write carries it, and the target refuses one that is older than the newest it has seen.

A holder keeps a lock of its hub connection beside the lease. The server drops it with the
connection, so the lease of a process that died is taken over at once; one that hangs keeps it
until it expires.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

from concord.errors import LeaseLost
from concord.hub.database import Connection
from concord.pipeline.engine import Engine
from concord.systems.protocol import Fence

SECONDS = 120
WAIT_SECONDS = 180


@contextmanager
def hold(engine: Engine, name: str) -> Iterator[Fence]:
    """Hold the named lease; give it back at the end.

    Raises:
        LeaseLost: somebody else held it all the time that we waited; try again later.
    """
    holder = f"{socket.gethostname()}:{os.getpid()}"
    with engine.hub.connect(autocommit=True) as conn:
        token = _take(conn, name, holder)
        try:
            yield Fence(name, token)
        finally:
            conn.execute(
                "UPDATE ops.lease SET expires_at = clock_timestamp() WHERE name = %s"
                " AND token = %s",
                (name, token),
            )


def renew(conn: Connection, fence: Fence) -> None:
    """Extend a held lease. Raises LeaseLost when somebody else has taken it."""
    done = conn.execute(
        "UPDATE ops.lease SET expires_at = clock_timestamp() + make_interval(secs => %s)"
        " WHERE name = %s AND token = %s",
        (SECONDS, fence.name, fence.token),
    )
    if done.rowcount == 0:
        raise LeaseLost(f"{fence.name} was taken over by another holder")


def _take(conn: Connection, name: str, holder: str) -> int:
    deadline = time.monotonic() + WAIT_SECONDS
    conn.execute(
        "INSERT INTO ops.lease VALUES (%s, 0, '', '-infinity') ON CONFLICT DO NOTHING", (name,)
    )
    while True:
        row = conn.execute(
            "SELECT token, expires_at < clock_timestamp() FROM ops.lease WHERE name = %s", (name,)
        ).fetchone()
        assert row
        token, expired = row
        if (expired or _gone(conn, name, token)) and _next(conn, name, token + 1, holder):
            return int(token) + 1
        if time.monotonic() > deadline:
            raise LeaseLost(f"{name} is held by another load; try again later")
        time.sleep(0.2)


def _next(conn: Connection, name: str, token: int, holder: str) -> bool:
    """Become the holder with this token, unless somebody was quicker.

    The lock comes first: a lease whose lock is free would look like a dead holder's.
    """
    if not _lock(conn, name, token):
        return False
    taken = conn.execute(
        "UPDATE ops.lease SET token = %s, holder = %s,"
        " expires_at = clock_timestamp() + make_interval(secs => %s)"
        " WHERE name = %s AND token = %s",
        (token, holder, SECONDS, name, token - 1),
    )
    if taken.rowcount == 0:
        _unlock(conn, name, token)
    return taken.rowcount == 1


def _gone(conn: Connection, name: str, token: int) -> bool:
    """Whether the connection of the holder with this token has ended."""
    free = _lock(conn, name, token)
    if free:
        _unlock(conn, name, token)
    return free


def _lock(conn: Connection, name: str, token: int) -> bool:
    row = conn.execute(
        "SELECT pg_try_advisory_lock(hashtextextended(%s, %s))", (f"lease:{name}", token)
    ).fetchone()
    return bool(row and row[0])


def _unlock(conn: Connection, name: str, token: int) -> None:
    conn.execute("SELECT pg_advisory_unlock(hashtextextended(%s, %s))", (f"lease:{name}", token))
