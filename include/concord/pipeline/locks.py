"""Locks of entities: which batch takes in and plans an entity now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from concord.hub.database import Connection
from concord.pipeline.engine import Engine


@contextmanager
def entities(engine: Engine, names: Sequence[str]) -> Iterator[None]:
    """Hold the locks of all these entities; the server drops them with the connection.

    Nothing is held while one of them is waited for. So no two batches can wait for each other, and
    one that needs many entities (nightly) does not keep the free ones from others meanwhile.
    """
    with engine.hub.connect(autocommit=True) as conn:
        busy = None
        while True:
            order = sorted(set(names), key=lambda name: (name != busy, name))
            busy = _all_or_none(conn, order, wait=busy is not None)
            if busy is None:
                break
        yield


def _all_or_none(conn: Connection, names: Sequence[str], *, wait: bool) -> str | None:
    """Take all of these, waiting for the first one alone; else none, and which one was busy."""
    if wait:
        conn.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (_key(names[0]),))
    rest = names[1:] if wait else names
    taken = conn.execute(
        "SELECT n, pg_try_advisory_lock(hashtextextended(key, 0))"
        " FROM unnest(%s::text[]) WITH ORDINALITY AS k (key, n)",
        ([_key(name) for name in rest],),
    ).fetchall()
    busy: list[str] = [rest[n - 1] for n, free in taken if not free]
    if not busy:
        return None
    conn.execute("SELECT pg_advisory_unlock_all()")
    return busy[0]


def _key(name: str) -> str:
    return f"unify:{name}"
