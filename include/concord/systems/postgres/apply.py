"""Apply: the writes of one call inside one transaction, set by set, the bad ones set aside."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from uuid import UUID

import psycopg
from psycopg import RawCursor, errors
from psycopg.sql import SQL, Composed, Identifier

from concord.errors import NotAuthorised
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.systems.postgres import writing
from concord.systems.postgres.columns import ROOM
from concord.systems.postgres.connection import Target
from concord.systems.postgres.lines import LineTable
from concord.systems.postgres.table import Table, following
from concord.systems.postgres.writing import Group, Item
from concord.systems.protocol import Fence, Outcome, Row, Write

MERGE_RETURNS = 170_000  # the first server version whose MERGE gives back what it made
Failed = Literal["busy", "bad", "one"]
PIECE = 32  # writes tried together once a larger set has failed
BUSY = "55P03"
FORBIDDEN = "42501"
PARTLY = "CN001"  # of concord.write_each: not all of a document was written
HOLDS = 4  # times that documents are tried to be locked
BUSY_WORDS = "another session holds the record; nothing was written"
IGNORED = (
    "the target took the write without an error and did nothing (a trigger or rule of its own)"
)


class _Partly(Exception):
    """Not all of a document was written."""


@dataclass
class Apply:
    """One call's work on one table; `outcomes` by place in the caller's list."""

    conn: Connection
    target: Target
    fence: Fence
    table: Table
    columns: Sequence[str]  # read back, key excluded
    known: Collection[str]  # what a write may name
    outcomes: dict[int, Outcome] = field(default_factory=dict)

    def slice(self, items: Sequence[Item]) -> None:
        """Do the writes of a slice: no record and no key twice in it."""
        confirmed = self._done_before(items)
        before = set(confirmed)
        fresh = [item for item in items if item[0] not in confirmed and not self._unfit(item)]
        written: dict[int, str] = {}
        for group in writing.groups(fresh, self.table.lines):
            written |= self._write(group)
        self._remember(fresh, written)
        confirmed |= written
        self._read_back([item for item in items if item[0] in confirmed], confirmed, before)

    def _done_before(self, items: Sequence[Item]) -> dict[int, str]:
        """Of the items whose key was applied before: n -> source_id."""
        before = applied(self.conn, [w.key for _, w in items])
        return {n: before[w.key] for n, w in items if w.key in before}

    def _unfit(self, item: Item) -> bool:
        n, write = item
        why = writing.unfit(write, self.known, self.table.lines)
        if why is not None:
            self.outcomes[n] = Outcome(write.key, "rejected", write.source_id, error=why)
        return why is not None

    def _write(self, group: Group) -> dict[int, str]:
        """Write a group; n -> source_id of what was written, an outcome for all the others."""
        tried = self._hold(group) if group.lines and group.action != "create" else group
        result = self._at_once(tried)
        if result == "busy" and group.action != "create":
            tried = self._set_busy_aside(tried)
            result = self._at_once(tried)
        if isinstance(result, str):
            result = self._in_pieces(tried, one=result == "one")
        left = [n for n, _ in group.items if n not in result and n not in self.outcomes]
        self._explain(group.only(left))
        return result

    def _at_once(self, group: Group) -> dict[int, str] | Failed:
        """One statement for all; when it failed nothing was written, and the reply says why.

        busy: another session holds a record. bad: the target refuses something in it. one: the
        target cannot tell for a set which record is which.
        """
        if not group.items:
            return {}
        if group.action == "create" and self.conn.info.server_version < MERGE_RETURNS:
            return "one"
        fence = [self.fence.name, self.fence.token]
        first, *further = writing.statements(self.table, group)
        try:
            with self.conn.transaction():
                done = dict(self._rows(first, [group.payload(), *fence]))
                for query in further if done else ():
                    payload = group.only(done).payload(done)
                    if len(self._rows(query, [payload, *fence])) < len(done):
                        raise _Partly
            return done
        except _Partly:
            return "bad"
        except errors.LockNotAvailable:
            return "busy"
        except (psycopg.OperationalError, psycopg.InterfaceError):
            raise  # the connection, a deadlock: the whole transaction, not a record
        except errors.FeatureNotSupported:
            return "one" if group.action == "create" else "bad"
        except psycopg.Error:
            return "bad"

    def _in_pieces(self, group: Group, *, one: bool) -> dict[int, str]:
        """The target sets the bad items aside by trying smaller pieces; these are rejected."""
        piece = 1 if one else PIECE
        queries = writing.statements(self.table, group, one=one)
        texts = [query.as_string(self.conn) for query in queries]
        numbers = [n for n, _ in group.items]
        values = [texts, group.payload(), numbers, piece, self.fence.name, self.fence.token]
        with self.conn.transaction():
            self.conn.execute("SET LOCAL lock_timeout = '200ms'")
            rows = self._rows(statement(ROOM, "in_pieces"), values)
            self.conn.execute("SET LOCAL lock_timeout = '3s'")
        failed = {n: rest for n, _, *rest in rows if rest[0] is not None}
        for n, write in group.only(failed).items:
            self.outcomes[n] = _failure(write, *failed[n])
        forbidden = [rest for rest in failed.values() if rest[0] == FORBIDDEN]
        if len(forbidden) == len(group.items):
            raise self._forbidden(group, forbidden[0][1])
        return {n: source_id for n, source_id, *rest in rows if rest[0] is None}

    def _hold(self, group: Group) -> Group:
        """Lock documents with their lines, so that the next statement sees them as they stay.

        The lines in a statement of its own: it sees what was made until the document was locked.
        Whoever changes a line first and its document then would wait for us as we for them, so
        that we let go soon. Documents that stay busy are set aside, and the group without them
        comes back.
        """
        for _ in range(HOLDS):
            try:
                with self.conn.transaction():
                    self._there(group, SQL("FOR UPDATE OF t"))
                    self.conn.execute("SET LOCAL lock_timeout = '400ms'")
                    for lines in group.lines.values():
                        self._lines_there(group, lines, SQL("FOR UPDATE OF l"))
                    self.conn.execute("SET LOCAL lock_timeout = '3s'")
                return group
            except errors.LockNotAvailable:
                continue
        return self._set_busy_aside(group)

    def _set_busy_aside(self, group: Group) -> Group:
        """Lock what can be locked; records that another session holds end as unknown.

        The group without them comes back. Unknown, not rejected: nothing is wrong with them, and
        a later look-up finds that they were not written.
        """
        there = self._there(group, SQL(""))
        busy = there - self._there(group, SQL("FOR UPDATE OF t SKIP LOCKED"))
        for lines in group.lines.values():
            free = self._lines_there(group, lines, SQL("FOR UPDATE OF l SKIP LOCKED"))
            busy |= self._lines_there(group, lines, SQL("")) - free
        for n, write in group.only(busy).items:
            self.outcomes[n] = Outcome(write.key, "unknown", write.source_id, error=BUSY_WORDS)
        return group.only(n for n, _ in group.items if n not in busy)

    def _there(self, group: Group, lock: SQL) -> Counter[int]:
        """Which of the records exist; locked."""
        match = self.table.match(SQL("w.id"))
        query = statement(ROOM, "there", table=self.table.ident, match=match, lock=lock)
        return self._numbers(query, [group.payload()])

    def _lines_there(self, group: Group, lines: LineTable, lock: SQL) -> Counter[int]:
        """How many lines each of the records has; locked."""
        query = statement(
            ROOM,
            "lines_there",
            table=self.table.ident,
            key=Identifier(self.table.key.name),
            match=self.table.match(SQL("w.id")),
            lines=lines.ident,
            parent=Identifier(lines.parent.name),
            lock=lock,
        )
        return self._numbers(query, [group.payload()])

    def _explain(self, group: Group) -> None:
        """Say of each item that found nothing to write: superseded, or ignored by the target."""
        if not group.items:
            return
        still = Counter(n for n, _ in group.items)
        if group.action != "create":
            query = statement(
                ROOM,
                "still",
                table=self.table.ident,
                match=self.table.match(SQL("w.id")),
                unchanged=writing.unchanged(self.table, group),
            )
            still = self._numbers(query, [group.payload()])
        for n, write in group.items:
            self.outcomes[n] = (
                Outcome(write.key, "rejected", write.source_id, error=IGNORED)
                if n in still
                else Outcome(write.key, "superseded", write.source_id)
            )

    def _remember(self, items: Sequence[Item], written: dict[int, str]) -> None:
        """Keep the keys of what was written, in the transaction of the rows."""
        if not written:
            return
        keys = [{"key": str(w.key), "id": written[n]} for n, w in items if n in written]
        self.conn.execute(
            "INSERT INTO concord.applied (key, table_name, source_id) SELECT a.key, %s, a.id"
            " FROM json_to_recordset(%s::json) AS a (key uuid, id text)",
            (self.table.full_name, json.dumps(keys)),
        )

    def _read_back(self, items: Sequence[Item], ids: dict[int, str], before: set[int]) -> None:
        """Confirm items, each with its record as it stands now; `before`: written earlier."""
        found = self.rows([ids[n] for n, w in items if w.action != "delete"])
        for n, write in items:
            row = None if write.action == "delete" else found.get(ids[n])
            self.outcomes[n] = Outcome(write.key, "confirmed", ids[n], row, later=n in before)

    def rows(self, ids: Sequence[str]) -> dict[str, Row]:
        """The named records that exist, as text."""
        if not ids:
            return {}
        table = replace(self.table, joined=True)
        query = statement(
            ROOM,
            "read_back",
            row_hash=table.row_hash(self.columns),
            texts=following([table.text(c) for c in self.columns]),
            table=table.ident,
            match=table.match(SQL("w.id")),
            lines=table.join(each=table.finds_keys),
        )
        return {
            source_id: Row(source_id, "U", raw_hash, dict(zip(self.columns, texts, strict=True)))
            for source_id, raw_hash, *texts in self._rows(query, [json.dumps(list(ids))])
        }

    def _rows(self, query: Composed, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        with RawCursor(self.conn) as cur:
            return cur.execute(query, values).fetchall()

    def _numbers(self, query: Composed, values: Sequence[Any]) -> Counter[int]:
        return Counter(row[0] for row in self._rows(query, values))

    def _forbidden(self, group: Group, words: str) -> NotAuthorised:
        name, role = self.table.full_name, self.target.role
        lines = "".join(
            f" GRANT SELECT, INSERT, UPDATE, DELETE ON {t.schema}.{t.name} to role {role}."
            for t in group.lines.values()
        )
        right = {"create": "INSERT", "update": "UPDATE", "delete": "DELETE"}[group.action]
        return NotAuthorised(
            f"{self.target.system} at {self.target.address}, writing {name}: {words}."
            f" GRANT SELECT, {right} ON {name} to role {role}.{lines}"
        )


def _failure(
    write: Write, code: str, message: str, constraint: str | None, column: str | None
) -> Outcome:
    """What became of a write that the target refused: its words, never the values."""
    if code == BUSY:
        return Outcome(write.key, "unknown", write.source_id, error=BUSY_WORDS)
    if code == PARTLY:
        return Outcome(write.key, "rejected", write.source_id, error=IGNORED)
    words = writing.without_values(message, write)
    where = [f"constraint {constraint}"] if constraint and constraint not in words else []
    where += [f"column {column}"] if column and column not in words else []
    error = f"{words} ({', '.join([*where, code])})"
    return Outcome(write.key, "rejected", write.source_id, error=error)


def applied(conn: Connection, keys: Sequence[UUID]) -> dict[UUID, str]:
    """Of these keys, those whose write was done: key -> source_id."""
    found = conn.execute(
        "SELECT key, source_id FROM concord.applied WHERE key IN"
        " (SELECT a.key::uuid FROM json_array_elements_text(%s::json) AS a (key))",
        (json.dumps([str(key) for key in keys]),),
    )
    return dict(found.fetchall())
