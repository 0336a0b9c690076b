"""The System of a PostgreSQL database: the door to snapshot, writer and preparation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Literal

from concord.errors import EntityStopped
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import EntityMapping, SystemSpec
from concord.systems.postgres import position, prepare
from concord.systems.postgres.connection import READING, WRITING, Target
from concord.systems.postgres.prepare import Survey
from concord.systems.postgres.snapshot import STAMPS, PostgresSnapshot
from concord.systems.postgres.table import ROOM, Table, load
from concord.systems.postgres.writer import open_writer
from concord.systems.protocol import Capabilities, Fence, Position, Snapshot, Writer

Way = Literal["log", "timestamp", "full"]


@dataclass(frozen=True)
class Measures:
    """How a database stands, for status and check."""

    version: str  # of the server
    longest_transaction: float  # seconds; of other roles' sessions only as far as they are shown
    open_span: int  # transaction numbers between the oldest open transaction and now
    log_rows: int = 0  # the planner's estimate
    log_bytes: int = 0
    log_age: float = 0.0  # seconds since the oldest kept row


class PostgresSystem:
    """A system whose records are rows of one PostgreSQL database."""

    def __init__(self, spec: SystemSpec, url: str) -> None:
        self.spec = spec
        self.target = Target.of(spec.name, spec.connection, url)

    @property
    def name(self) -> str:
        """Its name in systems.yaml."""
        return self.spec.name

    @property
    def address(self) -> str:
        """Host and database, never with a password."""
        return self.target.address

    def capabilities(self, mappings: Sequence[EntityMapping]) -> Capabilities:
        """What can be done with these tables as they stand now, and what is missing."""
        with self._connection("looking around") as conn:
            found = prepare.survey(conn, self.target)
            notes = [] if found.writes else [self._unprepared()]
            ways = [self._way(conn, found, mapping, notes) for mapping in mappings]
            notes += self._figures(conn, found, ways)
        changes = _weakest(ways)
        return Capabilities(
            changes=changes,
            deletes=changes == "log",
            digests=True,
            conditional_write=found.writes,
            idempotency=found.writes,
            bulk=True,
            notes=tuple(notes),
        )

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One transaction that sees one moment. Raises SystemUnavailable, NotAuthorised."""
        conn = self.target.connect("concord reader", READING)
        try:
            with self.target.errors("reading its state"):
                server = position.Server.of(conn)
                log = self._logs and self._readable(conn)
                conn.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                now = position.take(conn, server, self.spec.overlap_minutes, log=log)
            yield PostgresSnapshot(conn, self.target, self.spec, now)
        finally:
            conn.close()  # which ends the transaction; there is nothing to commit

    def writer(self, fence: Fence) -> AbstractContextManager[Writer]:
        """A connection that writes under `fence`; see open_writer for what it raises."""
        return open_writer(self.target, fence)

    def prepare(self, mappings: Sequence[EntityMapping]) -> str:
        """The DDL that the database still needs, for `execute` or an administrator."""
        with self._connection("looking around") as conn:
            return prepare.prepare_text(conn, self.target, mappings, log=self._logs)

    def unprepare(self, mappings: Sequence[EntityMapping]) -> str:
        """The DDL that takes everything of ours away, whichever tables are mapped now."""
        with self._connection("looking around") as conn:
            return prepare.unprepare_text(conn, self.target)

    def execute(self, text: str) -> None:
        """Run a text that `prepare` or `unprepare` made, in its one transaction.

        Raises:
            NotAuthorised: the role may not; the database's owner has to run it.
            SystemUnavailable: a table was busy for too long; run it again.
        """
        with self._connection("preparing", WRITING) as conn:
            conn.execute(text.encode())

    def trim(self, positions: Sequence[Position], keep_days: int) -> int:
        """Forget log rows that no reader at any of these positions needs; returns how many.

        A position of another database, or none at all, keeps everything: what reads from there
        compares in full anyway. Applied keys older than `keep_days` are forgotten too.
        """
        with self._connection("trimming its change log", WRITING) as conn:
            if not prepare.survey(conn, self.target).reads_log:
                return 0
            server = position.Server.of(conn)
            floor = position.floor(positions, server)
            return prepare.trim(conn, floor, keep_days)

    def measure(self) -> Measures:
        """Figures that tell whether capture keeps up."""
        with self._connection("measuring") as conn:
            log = prepare.survey(conn, self.target).reads_log
            return _measure(conn, log=log)

    @property
    def _logs(self) -> bool:
        return self.spec.capture in {"auto", "log"}

    @contextmanager
    def _connection(self, doing: str, settings: str = READING) -> Iterator[Connection]:
        conn = self.target.connect("concord", settings)
        try:
            with self.target.errors(doing):
                yield conn
        finally:
            conn.close()

    @staticmethod
    def _readable(conn: Connection) -> bool:
        row = conn.execute(statement(ROOM, "readable_log")).fetchone()
        return bool(row and row[0])

    def _way(
        self, conn: Connection, found: Survey, mapping: EntityMapping, notes: list[str]
    ) -> Way:
        """How changes of one table are found; what is to be known goes into `notes`."""
        try:
            table = load(conn, self.target, mapping)
        except EntityStopped as e:
            notes.append(str(e))
            return "full"
        if not table.key_unique:
            notes.append(f"{mapping.table}.{mapping.id} is not declared unique")
        if self._logs:
            if found.logs(table):
                return "log"
            why = prepare.why_not_logged(conn, table)
            notes.append(
                f"{mapping.table}: no change log. Have `concord systems prepare {self.name}` run."
                if why is None
                else f"{mapping.table} cannot have a change log: {why}"
            )
        if self.spec.capture in {"auto", "timestamp"} and _stamped(table, mapping):
            notes.append(self._stamp_note(mapping))
            return "timestamp"
        if self.spec.capture != "full":
            notes.append(f"{mapping.table}: every batch compares all of it")
        return "full"

    def _stamp_note(self, mapping: EntityMapping) -> str:
        return (
            f"{mapping.table}: changes are found by {mapping.modified}. Deletions, changes that do"
            f" not touch it, and transactions longer than {self.spec.overlap_minutes} minutes are"
            " seen by the nightly comparison only"
        )

    def _unprepared(self) -> str:
        return f"not prepared for writing: have `concord systems prepare {self.name}` run"

    def _figures(self, conn: Connection, found: Survey, ways: Sequence[Way]) -> list[str]:
        m = _measure(conn, log=found.reads_log)
        notes = [
            f"PostgreSQL {m.version}; longest open transaction {m.longest_transaction:.0f} s,"
            f" {m.open_span} transactions since the oldest open one began"
        ]
        if found.reads_log:
            notes.append(
                f"change log: {m.log_rows} rows, {m.log_bytes // 1024} kB, oldest row"
                f" {m.log_age:.0f} s old"
            )
        if "timestamp" in ways and m.longest_transaction > self.spec.overlap_minutes * 60:
            notes.append("a transaction is open for longer than the overlap: raise overlap_minutes")
        return notes


def _weakest(ways: Sequence[Way]) -> Way:
    order: tuple[Way, ...] = ("full", "timestamp", "log")
    return min(ways, key=order.index, default="full")


def _stamped(table: Table, mapping: EntityMapping) -> bool:
    stamp = table.columns.get(mapping.modified or "")
    return stamp is not None and stamp.base[1] in STAMPS


def _measure(conn: Connection, *, log: bool) -> Measures:
    row = conn.execute(statement(ROOM, "measures")).fetchone()
    version = conn.info.parameter_status("server_version") or "unknown"
    assert row
    if not log:
        return Measures(version, *row)
    more = conn.execute(statement(ROOM, "log_measures")).fetchone()
    assert more
    return Measures(version, *row, *more)
