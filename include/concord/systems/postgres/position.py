"""Positions: where a reader of a PostgreSQL system has come, and whether it can go on from there.

    {"kind": "postgres",
     "snapshot": "1203:1210:1205",            transactions that were finished at that moment
     "at": "2026-11-23 20:40:00+00",          the source's clock less the overlap
     "server": {"system": "7711…", "timeline": 1, "database": "16384 crm"},
     "logged": {"16401": "1198 2026-11-23 …"},  tables with a change log, and its newest row
     "files": {"16401": "16401 16420:16420"},  the file that such a table is kept in, and those
                                              of the tables of its lines, with their oids
     "decoded": {…}}                          see concord.systems.postgres.decoding

The newest row is a witness: a server set back by a copy of its files has the same identity and,
some time later, the same transaction numbers again, but not that row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import errors

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.systems.protocol import Position

ROOM = "systems.postgres"
KIND = "postgres"
NO_ROW = ""  # the witness of a log without rows


@dataclass(frozen=True)
class Server:
    """Which server and database this is; parts that may not be asked are None."""

    system: str | None
    timeline: int | None
    database: str

    @classmethod
    def of(cls, conn: Connection) -> Server:
        """Ask, outside any transaction."""
        row = conn.execute(
            "SELECT oid || ' ' || datname FROM pg_database WHERE datname = current_database()"
        ).fetchone()
        assert row
        system = _allowed(conn, "system_identifier")
        timeline = _allowed(conn, "timeline")
        return cls(None if system is None else str(system), timeline, str(row[0]))

    def as_json(self) -> dict[str, Any]:
        """The form kept in a position."""
        return {"system": self.system, "timeline": self.timeline, "database": self.database}


@dataclass(frozen=True)
class Moment:
    """A snapshot of PostgreSQL, from its text `xmin:xmax:xip,…`."""

    xmin: int
    xmax: int
    running: frozenset[int]

    @classmethod
    def of(cls, text: str) -> Moment:
        """Read the text form of pg_snapshot."""
        xmin, xmax, running = text.split(":")
        return cls(int(xmin), int(xmax), frozenset(int(x) for x in running.split(",") if x))

    def sees(self, xid: int) -> bool:
        """Whether a transaction was finished then, as pg_visible_in_snapshot has it."""
        return xid < self.xmin or (xid < self.xmax and xid not in self.running)


def full_xid(xid: int, near: Moment) -> int:
    """The xid8 of a 32-bit transaction id that is nearest to a moment."""
    distance = (xid - near.xmax) % 2**32
    return near.xmax + distance - (2**32 if distance >= 2**31 else 0)


def lsn_number(text: str) -> int:
    """`16/B374D848` as a number of bytes."""
    high, low = text.split("/")
    return int(high, 16) << 32 | int(low, 16)


def lsn_text(number: int) -> str:
    """The form of pg_lsn."""
    return f"{number >> 32:X}/{number & 0xFFFFFFFF:X}"


def _allowed(conn: Connection, name: str) -> Any:
    """The answer to a question that some providers forbid, or None."""
    try:
        row = conn.execute(statement(ROOM, name)).fetchone()
    except (errors.InsufficientPrivilege, errors.FeatureNotSupported, psycopg.InternalError):
        return None
    return row[0] if row else None


def take(conn: Connection, server: Server, overlap_minutes: int, *, log: bool) -> dict[str, Any]:
    """The position of a transaction's snapshot; the transaction's first statement.

    `log`: whether the change log's tables are there and may be read.
    """
    row = conn.execute(statement(ROOM, "moment"), {"overlap": overlap_minutes}).fetchone()
    assert row
    found = conn.execute(statement(ROOM, "witnesses")).fetchall() if log else []
    return {
        "kind": KIND,
        "snapshot": row[0],
        "at": row[1],
        "server": server.as_json(),
        "logged": {str(relation): witness or NO_ROW for relation, witness, _ in found},
        "files": {str(relation): file for relation, _, file in found},
    }


def continues(since: Position | None, now: Position) -> bool:
    """Whether `since` is an earlier moment of the very database that `now` is of."""
    if since is None or since.get("kind") != KIND or since.get("server") != now["server"]:
        return False
    return Moment.of(since["snapshot"]).xmax <= Moment.of(now["snapshot"]).xmax


def floor(positions: Sequence[Position], server: Server) -> int:
    """The oldest transaction that a reader at one of these positions may ask for; 0 for all."""
    if not positions:
        return 0
    known = [p for p in positions if p.get("kind") == KIND and p.get("server") == server.as_json()]
    if len(known) < len(positions):
        return 0
    return min(Moment.of(p["snapshot"]).xmin for p in known)
