"""The System of a PostgreSQL database: the door to snapshot, writer and preparation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import EntityMapping, SystemSpec
from concord.systems.postgres import decoding, position, prepare
from concord.systems.postgres.columns import ROOM
from concord.systems.postgres.connection import READING, WRITING, Target
from concord.systems.postgres.decoding import Slot, Stretch
from concord.systems.postgres.snapshot import PostgresSnapshot
from concord.systems.postgres.ways import DECODED, LOGGED, Measures, Ways, measure, weakest
from concord.systems.postgres.writer import open_writer
from concord.systems.protocol import Capabilities, Fence, Position, Snapshot, Writer


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
            inspected = Ways.inspect(conn, self.target, self.spec)
            ways = [inspected.of(mapping) for mapping in mappings]
            inspected.figures(mappings, ways)
        changes, writes = weakest(ways), inspected.found.writes
        return Capabilities(
            changes=changes,
            deletes=changes in {"log", "logical"},
            digests=True,
            conditional_write=writes,
            idempotency=writes,
            bulk=True,
            notes=tuple(inspected.notes),
        )

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One transaction that sees one moment. Raises SystemUnavailable, NotAuthorised."""
        conn = self.target.connect("concord reader", READING)
        try:
            with self.target.errors("reading its state"):
                server = position.Server.of(conn)
                log = self._logs and self._readable(conn)
                slot = self._slot(conn)
                conn.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                now = position.take(conn, server, self.spec.overlap_minutes, log=log)
                decoded = None if slot is None else self._decode(conn, slot, now)
            if decoded is not None:
                now["decoded"] = decoded.as_json()
            yield PostgresSnapshot(conn, self.target, self.spec, now, decoded)
        finally:
            conn.close()  # which ends the transaction; there is nothing to commit

    def writer(self, fence: Fence) -> AbstractContextManager[Writer]:
        """A connection that writes under `fence`; see open_writer for what it raises."""
        return open_writer(self.target, fence)

    def prepare(self, mappings: Sequence[EntityMapping]) -> str:
        """The DDL that the database still needs, for `execute` or an administrator."""
        with self._connection("looking around") as conn:
            logical = self.spec.capture == "logical"
            return prepare.prepare_text(
                conn, self.target, mappings, log=self._logs, logical=logical
            )

    def unprepare(self, mappings: Sequence[EntityMapping]) -> str:
        """The DDL that takes everything of ours away, whichever tables are mapped now."""
        with self._connection("looking around") as conn:
            return prepare.unprepare_text(conn, self.target)

    def execute(self, text: str) -> None:
        """Run a text that `prepare` or `unprepare` made, in its own transactions.

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
        self.release(positions)
        with self._connection("trimming its change log", WRITING) as conn:
            if not prepare.survey(conn, self.target).reads_log:
                return 0
            server = position.Server.of(conn)
            floor = position.floor(positions, server)
            return prepare.trim(conn, floor, keep_days)

    def release(self, positions: Sequence[Position]) -> None:
        """Let the server clear its write-ahead log up to the earliest of these positions."""
        if any(p.get("decoded") for p in positions):
            with self._connection("moving its replication slot") as conn:
                decoding.release(conn, position.Server.of(conn), positions)

    def measure(self) -> Measures:
        """Figures that tell whether capture keeps up."""
        with self._connection("measuring") as conn:
            log = prepare.survey(conn, self.target).reads_log
            return measure(conn, log=log)

    @property
    def _logs(self) -> bool:
        return self.spec.capture in LOGGED

    def _slot(self, conn: Connection) -> Slot | None:
        """The slot that changes are to be read from; asked before the look begins."""
        if self.spec.capture not in DECODED:
            return None
        slot = decoding.slot_of(conn)
        usable = slot is not None and slot.readable and not any(decoding.no_decoding(conn))
        return slot if usable else None

    def _decode(self, conn: Connection, slot: Slot, now: Position) -> Stretch | None:
        """What the slot tells up to the look that is open on `conn`."""
        tables = decoding.published(conn)
        return decoding.read(self.target, slot, tables, now) if tables else None

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
