"""Leases: who may write into a system now, with a fencing token that grows with each holder.

The lease keeps two loads from working at once in the ordinary case. What makes it safe is the
token: every write carries it, and the target refuses one that is older than the newest it has seen.
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
            "UPDATE ops.lease SET token = token + 1, holder = %s,"
            " expires_at = clock_timestamp() + make_interval(secs => %s)"
            " WHERE name = %s AND expires_at < clock_timestamp() RETURNING token",
            (holder, SECONDS, name),
        ).fetchone()
        if row:
            return int(row[0])
        if time.monotonic() > deadline:
            raise LeaseLost(f"{name} is held by another load; try again later")
        time.sleep(0.2)
