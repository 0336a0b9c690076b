"""Logical decoding: which keys changed, read from the write-ahead log through a replication slot.

Which transactions count is decided by snapshots, as it is for the change log; the slot only has
to hold their changes. Each look leaves a mark in the log, a message of ours. It forces to disk
what was visible to the look and is not there yet, since a slot shows nothing else; and a server
that was set back to an earlier state does not have it.

The slot is peeked at, never consumed. It is moved on by `release`, as far as every committed
position allows: to an LSN before which nothing commits that the position's snapshot did not see.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

from psycopg import errors

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.systems.postgres.columns import ROOM, Column
from concord.systems.postgres.connection import Target
from concord.systems.postgres.pgoutput import Decoded
from concord.systems.postgres.position import Moment, Server, full_xid, lsn_number, lsn_text
from concord.systems.postgres.table import Table
from concord.systems.protocol import Position

READING_LOG = (
    "-c statement_timeout=30min -c lock_timeout=10s -c synchronous_commit=local"
    " -c default_transaction_read_only=off"
)
PATIENCE = 10.0  # seconds to wait for another reader of the slot
_UNREADABLE = (errors.UndefinedObject, errors.ObjectNotInPrerequisiteState)


@dataclass(frozen=True)
class Slot:
    """The replication slot of a database."""

    name: str
    confirmed: int  # LSN; what committed before it is not shown any more
    retained: int  # bytes of log that it keeps from being cleared
    status: str  # pg_replication_slots.wal_status
    readable: bool  # not invalidated, and made for our plugin


@dataclass(frozen=True)
class Published:
    """A table in our publication."""

    witness: str  # another one once changes may have gone past the publication
    identity: frozenset[str]  # columns that tell which row an update or deletion was of


@dataclass(frozen=True)
class Stretch:
    """What lies between the slot and one look's mark."""

    slot: str
    lsn: int  # from here on a slot shows all that the look did not see
    confirmed: int  # the slot's LSN when all was read
    mark: str
    published: dict[int, Published]
    decoded: Decoded = field(repr=False)

    def as_json(self) -> dict[str, object]:
        """The form kept in a position."""
        return {
            "slot": self.slot,
            "lsn": lsn_text(self.lsn),
            "mark": self.mark,
            "tables": {str(relation): p.witness for relation, p in self.published.items()},
        }

    def covers(self, table: Table) -> bool:
        """Whether changes of the table's records are decoded."""
        return covers(self.published, table)

    def set_back(self, since: Position) -> bool:
        """Whether the server is in an earlier state than it was at a position.

        The slot then stands where it would have to show that look's mark, and does not.
        """
        was = since.get("decoded") or {}
        return (
            was.get("slot") == self.slot
            and self.confirmed <= lsn_number(was["lsn"])
            and was["mark"] not in self.decoded.marks
        )

    def keys(self, table: Table, since: Position, now: Position) -> set[str] | None:
        """Keys of the records changed between two looks, or None when that cannot be told."""
        was = since["decoded"]
        if (
            was["slot"] != self.slot
            or self.confirmed > lsn_number(was["lsn"])
            or self.set_back(since)
        ):
            return None
        before, after = Moment.of(since["snapshot"]), Moment.of(now["snapshot"])

        def counts(xid: int) -> bool:
            whole = full_xid(xid, after)
            return after.sees(whole) and not before.sees(whole)

        found: set[str] = set()
        for relation, column in table.sources:
            if was["tables"].get(str(relation)) != self.published[relation].witness:
                return None
            keys = self._touched(relation, column, counts)
            if keys is None:
                return None
            found |= keys
        return found

    def _touched(
        self, relation: int, column: Column, counts: Callable[[int], bool]
    ) -> set[str] | None:
        """Values of a column in the rows that the transactions which count have changed."""
        if relation in self.decoded.overflown:
            return None
        if any(counts(xid) for xid in self.decoded.emptied.get(relation, ())):
            return None
        found: set[str] = set()
        for xid, keys in self.decoded.touched.get(relation, {}).items():
            if counts(xid):
                values = keys.get(column.name)
                if values is None:
                    return None
                found |= values
        # The plugin pads the values of a blank-padded type; as text they have no padding.
        return {k.rstrip(" ") for k in found} if column.base[1] == "bpchar" else found


def slot_of(conn: Connection) -> Slot | None:
    """The database's slot, if it has one."""
    row = conn.execute(statement(ROOM, "slot")).fetchone()
    if row is None:
        return None
    name, confirmed, retained, status, readable = row
    usable = bool(readable) and confirmed is not None
    return Slot(name, lsn_number(confirmed) if usable else 0, retained, status, usable)


def no_decoding(conn: Connection) -> tuple[str | None, str | None]:
    """Why nothing can be decoded here: what the server lacks, and what the connected role."""
    row = conn.execute(statement(ROOM, "no_decoding")).fetchone()
    assert row
    return row[0], row[1]


def why_not_decoded(conn: Connection, table: Table) -> str | None:
    """Why changes of a table's records cannot be decoded, or None."""
    if not table.plain_key:
        return f"its key has type {table.key.native}"
    why = _unseen(conn, table.relation, table.key.name)
    for lines in table.lines.values():
        theirs = _unseen(conn, lines.relation, lines.parent.name)
        why = why or lines.follows(table.key) or (theirs and f"of table {lines.name}, {theirs}")
    return why


def _unseen(conn: Connection, relation: int, key: str) -> str | None:
    values = {"relation": relation, "key": key}
    row = conn.execute(statement(ROOM, "why_not_decoded"), values).fetchone()
    return row[0] if row else None


def published(conn: Connection) -> dict[int, Published]:
    """The tables of our publication as this transaction sees it, by oid."""
    rows = conn.execute(statement(ROOM, "published")).fetchall()
    return {oid: Published(witness, frozenset(identity)) for oid, witness, identity in rows}


def covers(tables: dict[int, Published], table: Table) -> bool:
    """Whether a table is published with its mapped key, and so are its lines with their parent."""
    return table.plain_key and all(
        relation in tables and column.name in tables[relation].identity
        for relation, column in table.sources
    )


def read(target: Target, slot: Slot, tables: dict[int, Published], now: Position) -> Stretch | None:
    """Decode up to a mark of now; None when the slot cannot be read any more.

    `slot` was looked up before the look of `now` began, `now` is taken.

    Raises:
        SystemUnavailable: another reader holds the slot for too long.
    """
    mark = str(uuid4())
    conn = target.connect("concord decoder", READING_LOG)
    try:
        with target.errors("decoding its changes"):
            conn.execute(statement(ROOM, "mark"), {"mark": mark})
            decoded = _peek(conn, target, slot)
            later = slot_of(conn)
    finally:
        conn.close()
    if decoded is None or later is None or not later.readable:
        return None
    lsn = slot.confirmed
    if mark in decoded.marks and later.confirmed == slot.confirmed:
        moment = Moment.of(now["snapshot"])
        # The mark's own transaction is always among these.
        lsn = min(
            commit
            for xid, commit in decoded.commits.items()
            if not moment.sees(full_xid(xid, moment))
        )
    # Otherwise the slot was moved under this look, perhaps past a commit that the look did not
    # see: its position stays behind the slot, and whoever starts from it compares in full.
    return Stretch(slot.name, lsn, later.confirmed, mark, tables, decoded)


def _peek(conn: Connection, target: Target, slot: Slot) -> Decoded | None:
    end = time.monotonic() + PATIENCE
    while True:
        decoded = Decoded()
        try:
            with conn.cursor() as cur:
                for (data,) in cur.stream(
                    statement(ROOM, "peek"), {"slot": slot.name}, binary=True
                ):
                    decoded.feed(data)
            return decoded
        except errors.ObjectInUse:
            if time.monotonic() > end:
                why = f"another reader has held its replication slot {slot.name} for too long"
                raise target.unavailable(why) from None
            time.sleep(0.1)
        except _UNREADABLE:
            return None


def release(conn: Connection, server: Server, positions: Sequence[Position]) -> None:
    """Let the server clear the log before all of these positions.

    A position of another server or slot asks for nothing: it is not gone on from by decoding.
    """
    slot = slot_of(conn)
    if slot is None or not slot.readable or any(no_decoding(conn)):
        return
    mine = [
        p["decoded"]["lsn"]
        for p in positions
        if p.get("server") == server.as_json() and (p.get("decoded") or {}).get("slot") == slot.name
    ]
    to = min(map(lsn_number, mine), default=0)
    if to <= slot.confirmed:
        return
    try:
        conn.execute("SELECT pg_replication_slot_advance(%s, %s)", (slot.name, lsn_text(to)))
    except (errors.ObjectInUse, *_UNREADABLE):
        return  # it is being read, and the next call does it; or it has just been dropped
