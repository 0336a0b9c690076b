"""How changes of each mapped table are found as a database stands now, and how well that keeps up.

What it says is read by people: `concord check` and `concord systems list` print the notes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from concord.errors import EntityStopped
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import EntityMapping, SystemSpec
from concord.systems.postgres import decoding, prepare
from concord.systems.postgres.columns import ROOM
from concord.systems.postgres.connection import Target
from concord.systems.postgres.decoding import Published, Slot
from concord.systems.postgres.prepare import Survey
from concord.systems.postgres.snapshot import STAMPED, STAMPS
from concord.systems.postgres.table import Table, load

Way = Literal["log", "logical", "timestamp", "full"]
ORDER: tuple[Way, ...] = ("full", "timestamp", "logical", "log")  # the weakest first
LOGGED = {"auto", "log"}  # settings of `capture` that read the change log
DECODED = {"auto", "logical"}  # and those that decode


@dataclass(frozen=True)
class Measures:
    """How a database stands, for status and check."""

    version: str  # of the server
    longest_transaction: float  # seconds; of other roles' sessions only as far as they are shown
    open_span: int  # transaction numbers between the oldest open transaction and now
    log_rows: int  # the planner's estimate; 0 without a change log
    log_bytes: int
    log_age: float  # seconds since the oldest kept row
    slot: Slot | None  # says how much of the write-ahead log it retains


def measure(conn: Connection, *, log: bool) -> Measures:
    """Take the figures; `log`: whether the change log may be read."""
    row = conn.execute(statement(ROOM, "measures")).fetchone()
    version = conn.info.parameter_status("server_version") or "unknown"
    assert row
    slot = decoding.slot_of(conn)
    more: tuple[int, int, float] = (0, 0, 0.0)
    if log:
        found = conn.execute(statement(ROOM, "log_measures")).fetchone()
        assert found
        more = (found[0], found[1], found[2])
    return Measures(version, row[0], row[1], *more, slot)


@dataclass
class Ways:
    """One inspection of a database; what is to be known of it gathers in `notes`."""

    conn: Connection
    target: Target
    spec: SystemSpec
    found: Survey
    slot: Slot | None
    published: dict[int, Published]
    no_decoding: str | None  # why nothing can be decoded here
    notes: list[str] = field(default_factory=list)

    @classmethod
    def inspect(cls, conn: Connection, target: Target, spec: SystemSpec) -> Ways:
        """Look at what is installed. Raises ConfigError when something there is not ours."""
        found, slot = prepare.survey(conn, target), decoding.slot_of(conn)
        impossible, forbidden = decoding.no_decoding(conn)
        why = impossible or forbidden
        if why is None and (slot is None or not slot.readable):
            what = "it has no replication slot" if slot is None else "its slot was invalidated"
            why = f"{what}. Have `concord systems prepare {target.system}` run"
        ways = cls(conn, target, spec, found, slot, decoding.published(conn), why)
        if not found.writes:
            ways.notes.append(f"not prepared for writing: {ways._todo}")
        if spec.capture == "logical" and why is not None:
            ways.notes.append(f"changes cannot be decoded: {why}")
        return ways

    def of(self, mapping: EntityMapping) -> Way:
        """How changes of one table are found."""
        try:
            table = load(self.conn, self.target, mapping)
        except EntityStopped as e:
            self.notes.append(str(e))
            return "full"
        if not table.key_unique:
            self.notes.append(f"{mapping.table}.{mapping.id} is not declared unique")
        self.notes += [
            f"{lines.name} has no index on {lines.parent.name}: every batch goes through all of it"
            for lines in table.lines.values()
            if not lines.indexed
        ]
        if self.spec.capture in LOGGED and self.found.logs(table):
            return "log"
        if self.spec.capture in DECODED and self.no_decoding is None:
            if decoding.covers(self.published, table):
                return "logical"
            self._not_decoded(mapping, table)
        if self.spec.capture in LOGGED:
            self._not_logged(mapping, table)
        if self.spec.capture in STAMPED and _stamped(table, mapping):
            self.notes.append(self._stamp_note(mapping, table))
            return "timestamp"
        if self.spec.capture != "full":
            self.notes.append(f"{mapping.table}: every batch compares all of it")
        return "full"

    def figures(self, mappings: Sequence[EntityMapping], ways: Sequence[Way]) -> None:
        """Note how old, long and large things are, and what is wrong with that."""
        if len(set(ways)) > 1:
            each = (f"{m.table} by {way}" for m, way in zip(mappings, ways, strict=True))
            self.notes.append(f"changes are found table by table: {', '.join(each)}")
        m = measure(self.conn, log=self.found.reads_log)
        self.notes.append(
            f"PostgreSQL {m.version}; longest open transaction {m.longest_transaction:.0f} s,"
            f" {m.open_span} transactions since the oldest open one began"
        )
        if self.found.reads_log:
            self.notes.append(
                f"change log: {m.log_rows} rows, {m.log_bytes // 1024} kB, oldest row"
                f" {m.log_age:.0f} s old"
            )
        if m.slot is not None:
            self._slot_note(m.slot, used="logical" in ways)
        overlap = self.spec.overlap_minutes * 60
        if "timestamp" in ways and m.longest_transaction > overlap:
            self.notes.append(
                "a transaction is open for longer than the overlap: raise overlap_minutes"
            )

    def _slot_note(self, slot: Slot, *, used: bool) -> None:
        note = (
            f"replication slot {slot.name}: retains {slot.retained // 1024} kB of write-ahead log,"
            f" {slot.status}"
        )
        if not used:
            decodes = self.spec.capture in DECODED
            why = (self.no_decoding or "no table needs it") if decodes else "see capture"
            note += (
                f". Nothing is read from it ({why}) and the log grows: put that right, or drop it"
                f" by SELECT pg_drop_replication_slot('{slot.name}')"
            )
        self.notes.append(note)

    def _not_decoded(self, mapping: EntityMapping, table: Table) -> None:
        why = decoding.why_not_decoded(self.conn, table)
        if why is not None:
            self.notes.append(f"changes of {mapping.table} cannot be decoded: {why}")
        elif self.spec.capture == "logical":
            self.notes.append(f"{mapping.table} is not in publication concord. {self._todo}")

    def _not_logged(self, mapping: EntityMapping, table: Table) -> None:
        why = prepare.why_not_logged(self.conn, table)
        self.notes.append(
            f"{mapping.table}: no change log. {self._todo}"
            if why is None
            else f"{mapping.table} cannot have a change log: {why}"
        )

    def _stamp_note(self, mapping: EntityMapping, table: Table) -> str:
        names = ", ".join(lines.name for lines in table.lines.values())
        lines = f" (of lines in {names} too, where nothing else sets it)" if names else ""
        return (
            f"{mapping.table}: changes are found by {mapping.modified}. Deletions, changes that do"
            f" not touch it{lines}, and transactions longer than {self.spec.overlap_minutes}"
            " minutes are seen by the nightly comparison only"
        )

    @property
    def _todo(self) -> str:
        return f"Have `concord systems prepare {self.target.system}` run."


def weakest(ways: Sequence[Way]) -> Way:
    """The way that says least; `full` when there are none."""
    return min(ways, key=ORDER.index, default="full")


def _stamped(table: Table, mapping: EntityMapping) -> bool:
    stamp = table.columns.get(mapping.modified or "")
    return stamp is not None and stamp.base[1] in STAMPS
