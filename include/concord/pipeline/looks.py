"""Looks at a system, in one order for everybody, and what a look put into stage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from psycopg import sql

from concord.hub import statistics
from concord.hub.database import Connection
from concord.model.spec import EntityMapping, Scope
from concord.pipeline import stage
from concord.pipeline.cursors import committed
from concord.pipeline.engine import Engine
from concord.systems.protocol import Position, Reading, Retaining, Row, Snapshot

HUB_WAIT = "2min"  # how long to wait for another extract of the same system to take its snapshot


@dataclass(frozen=True)
class Look:
    """A look at a system.

    Numbers stand in the order of the looks. All that was committed in the system at `at`, by the
    hub's clock, is seen. `cursors` are the entities' positions as they stood before it, so that
    none of them can be of a later moment.
    """

    snapshot: Snapshot
    seq: int
    at: datetime
    cursors: Mapping[str, Position]

    def set_back(self, mapping: EntityMapping) -> bool:
        """Whether the system is in an earlier state than the cursor of an entity."""
        cursor = self.cursors.get(mapping.entity)
        if not cursor:  # an empty position only asks for one full comparison (drift.py)
            return False
        return self.snapshot.set_back(mapping, cursor)


@dataclass
class Extracted:
    """What one entity of one system gave, by the look with the number `seq`."""

    seq: int
    scope: Scope
    rows: int
    columns: dict[str, str]
    position: Position
    stopped: dict[str, str] = field(default_factory=dict)
    held: str | None = None
    refused: list[tuple[Row, str, str]] = field(default_factory=list)
    compared: int = 0
    set_back: bool = False  # the system is in an earlier state than at the last reading


@contextmanager
def look(engine: Engine, system: str) -> Iterator[Look]:
    """Look at a system.

    A lock makes the look and its number one act, so that of two readings the one with the higher
    number is never the older: unify keeps the newer and lets an older one change nothing.

    Raises:
        SystemUnavailable: it could not be reached.
    """
    lock = f"extract:{system}"
    with engine.hub.connect(autocommit=True) as conn:
        conn.execute("SELECT set_config('lock_timeout', %s, false)", (HUB_WAIT,))
        conn.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (lock,))
        source = engine.system(system)
        if isinstance(source, Retaining):
            source.release(committed(conn, engine, system))
        rows = conn.execute(
            "SELECT entity, position FROM ops.cursor WHERE system = %s", (system,)
        ).fetchall()
        cursors: dict[str, Position] = dict(rows)
        at = conn.execute("SELECT clock_timestamp()").fetchone()
        with source.snapshot() as snapshot:
            row = conn.execute("SELECT nextval('ops.read_seq')").fetchone()
            assert at
            assert row
            conn.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", (lock,))
            yield Look(snapshot, int(row[0]), at[0], cursors)


def staged(
    conn: Connection, table: sql.Identifier, reading: Reading, seq: int, scope: Scope
) -> Extracted:
    """Make an entity's stage table and put a reading into it."""
    stage.create(conn, table, reading)
    out = Extracted(seq, scope, 0, dict(reading.columns), reading.position)
    add(conn, table, reading, out)
    return out


def add(conn: Connection, table: sql.Identifier, reading: Reading, out: Extracted) -> None:
    """Put a further reading by the same look into the stage table as well."""
    rows, refused = stage.fill(conn, table, reading)
    if rows > len(refused):
        statistics.sketch(conn, table)
    out.rows += rows
    out.refused += refused
