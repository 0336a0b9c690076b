"""Writing under a fence: every transaction first makes sure that no newer holder has come."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from psycopg import IsolationLevel, errors
from psycopg.sql import SQL

from concord.errors import LeaseLost, NotAuthorised
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import EntityMapping
from concord.systems.postgres.apply import Apply, applied
from concord.systems.postgres.columns import ROOM, qualified
from concord.systems.postgres.connection import WRITING, Target
from concord.systems.postgres.table import load
from concord.systems.postgres.writing import slices
from concord.systems.protocol import Fence, Outcome, Shape, Write

TRIES = 5  # of a transaction that a deadlock ended
OURS = "-c concord.writing=on"  # the change log takes it in, but gives no signal
PATIENCE = ("1s", "45s")  # waiting for an older holder, before and after its session is ended


@contextmanager
def open_writer(target: Target, fence: Fence) -> Iterator[PostgresWriter]:
    """A connection that has taken the fence.

    Taking it waits for a transaction that an older holder has open, so that afterwards none of
    the older ones can commit anything.

    Raises:
        LeaseLost: a newer token is there.
        NotAuthorised: the database is not prepared, or the role may not write there.
        SystemUnavailable: it cannot be reached.
    """
    name = f"concord writer {fence.token} {_mark(fence)}"
    conn = target.connect(name, f"{WRITING} {OURS}")
    try:
        conn.isolation_level = IsolationLevel.READ_COMMITTED
        conn.read_only = False
        with target.errors("preparing to write"):
            _take_fence(conn, target, fence)
        yield PostgresWriter(conn, target, fence)
    finally:
        conn.close()


def _take_fence(conn: Connection, target: Target, fence: Fence) -> None:
    values = {"name": fence.name, "token": fence.token}
    for last, patience in zip((False, True), PATIENCE, strict=True):
        conn.execute("SELECT set_config('lock_timeout', %s, false)", (patience,))
        try:
            taken = conn.execute(statement(ROOM, "raise_fence"), values).fetchone()
            break
        except errors.LockNotAvailable:
            if last:
                raise
            stale = {"fence": _mark(fence), "token": fence.token}
            conn.execute(statement(ROOM, "end_stale_writers"), stale)
        except (errors.UndefinedTable, errors.InvalidSchemaName):
            raise _unprepared(target) from None
    if taken is None:
        raise _lost(target, fence)
    conn.execute("SET lock_timeout = '3s'")


def _mark(fence: Fence) -> str:
    """Short and plain, whatever the fence is called: it goes into the session's name."""
    return hashlib.md5(fence.name.encode(), usedforsecurity=False).hexdigest()[:12]


def _lost(target: Target, fence: Fence) -> LeaseLost:
    return LeaseLost(
        f"{target.system} at {target.address}: {fence.name} has a newer holder than token"
        f" {fence.token}; nothing was written"
    )


def _unprepared(target: Target) -> NotAuthorised:
    return NotAuthorised(
        f"{target.system} at {target.address} is not prepared for writing. Look at what"
        f" `concord systems prepare {target.system}` prints, and have it run."
    )


@dataclass
class PostgresWriter:
    """The Writer of a connection that holds a fence."""

    conn: Connection
    target: Target
    fence: Fence
    fenced: bool = True  # every transaction checks the token
    at_once: int = 5_000

    def apply(self, mapping: EntityMapping, writes: Sequence[Write], shape: Shape) -> list[Outcome]:
        """Do each write once or not at all, in one transaction, and read it back.

        One call holds its row locks to the end: some thousands of writes a call are a good size.
        A record that another session keeps locked ends as unknown, and was not written.

        Raises:
            LeaseLost, SystemUnavailable: as the Protocol says.
            NotAuthorised: the role has not the right to write this table.
            EntityStopped: the table or its key column is gone.
        """
        with self.target.errors(f"writing {mapping.table}"):
            for attempt in range(TRIES):
                try:
                    return self._apply_once(mapping, writes, shape)
                except (errors.DeadlockDetected, errors.SerializationFailure):
                    if attempt == TRIES - 1:
                        raise
                    time.sleep(random.uniform(0.02, 0.1) * 2**attempt)
        raise AssertionError("the last attempt returns or raises")

    def _apply_once(
        self, mapping: EntityMapping, writes: Sequence[Write], shape: Shape
    ) -> list[Outcome]:
        with self._transaction():
            work = self._work(mapping, shape)
            for items in slices(writes):
                work.slice(items)
            return [work.outcomes[n] for n in range(len(writes))]

    def look_up(
        self, mapping: EntityMapping, keys: Sequence[UUID], shape: Shape
    ) -> dict[UUID, Outcome]:
        """The keys that were applied, each with its record as it is now (None: gone since).

        Raises:
            LeaseLost: the fence has a newer token, so the answer would not be final.
        """
        with self.target.errors(f"looking up writes of {mapping.table}"), self._transaction():
            found = applied(self.conn, keys)
            rows = self._work(mapping, shape).rows(list(found.values()))
        return {
            key: Outcome(key, "confirmed", source_id, rows.get(source_id))
            for key, source_id in found.items()
        }

    def _work(self, mapping: EntityMapping, shape: Shape) -> Apply:
        # Locked first, so that the columns found are those that the statements meet.
        self.conn.execute(SQL("SELECT FROM {} LIMIT 0").format(qualified(mapping.table)))
        table = load(self.conn, self.target, mapping)
        columns = table.read_columns(mapping, shape)
        known = shape.columns.keys() & table.columns.keys()
        return Apply(self.conn, self.target, self.fence, table, columns, known)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """A transaction that keeps the fence from being taken until it ends.

        Deferred constraints are checked at once: at the commit they would take all down.
        """
        with self.conn.transaction():
            row = self.conn.execute(
                "SELECT token FROM concord.fence WHERE name = %s FOR SHARE", (self.fence.name,)
            ).fetchone()
            if row is None or row[0] != self.fence.token:
                raise _lost(self.target, self.fence)
            self.conn.execute("SET CONSTRAINTS ALL IMMEDIATE")
            yield
