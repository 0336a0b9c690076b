"""Cursors: how far each entity of a system has been read, as committed with its images."""

from __future__ import annotations

from concord.hub.database import Connection
from concord.pipeline.engine import Engine
from concord.systems.protocol import Position


def committed(conn: Connection, engine: Engine, system: str) -> list[Position]:
    """The cursors of all the system's entities; none while one of them was never read.

    Such an entity may be on its way into the hub, from a position that no cursor tells of yet.
    """
    mapped = [e.name for e in engine.config.entities if system in e.by_system]
    rows = conn.execute(
        "SELECT position FROM ops.cursor WHERE system = %s AND entity = ANY(%s)",
        (system, mapped),
    ).fetchall()
    return [row[0] for row in rows] if len(rows) == len(mapped) else []
