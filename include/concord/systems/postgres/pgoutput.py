"""The messages of PostgreSQL's output plugin `pgoutput`, protocol version 1, read for keys alone.

Which rows a transaction changed is told by the columns of the table's replica identity. Their
values are kept by transaction; all other values are skipped unread.
"""

from __future__ import annotations

import struct
from contextlib import suppress
from dataclasses import dataclass, field

MARK = "concord"  # prefix of our own messages in the write-ahead log
MANY = 500_000  # changed rows of one table that are kept; above, comparing everything is cheaper

Keys = dict[str, set[str] | None]
"""Identity column -> its values in the rows changed; None when a value was not told."""


@dataclass(frozen=True)
class Relation:
    """A table as a message described it: its columns in order, those of the identity flagged."""

    columns: tuple[tuple[str, bool], ...]


@dataclass
class Decoded:
    """What a stretch of the write-ahead log says; feed it messages in the order they come.

    Transactions go by their 32-bit number, see `concord.systems.postgres.position.full_xid`.
    """

    commits: dict[int, int] = field(default_factory=dict)  # transaction -> LSN of its commit
    marks: dict[str, int] = field(default_factory=dict)  # text of our message -> transaction
    touched: dict[int, dict[int, Keys]] = field(default_factory=dict)  # relation -> transaction
    emptied: dict[int, set[int]] = field(default_factory=dict)  # relation -> who truncated it
    overflown: set[int] = field(default_factory=set)  # relations with more than MANY changes
    _relations: dict[int, Relation] = field(default_factory=dict)
    _counts: dict[int, int] = field(default_factory=dict)
    _xid: int = 0

    def feed(self, message: bytes) -> None:
        """Take in one message. Raises ValueError when it is none of protocol version 1."""
        at = Cursor(message)
        kind = at.byte()
        if kind == "B":
            lsn, _, self._xid = at.int64(), at.int64(), at.int32()
            self.commits[self._xid] = lsn
        elif kind == "R":
            self._describe(at)
        elif kind in {"I", "U", "D"}:
            self._row(at)
        elif kind == "T":
            n, _ = at.int32(), at.byte()
            for _ in range(n):
                self.emptied.setdefault(at.int32(), set()).add(self._xid)
        elif kind == "M":
            _, _, prefix = at.byte(), at.int64(), at.text()
            if prefix == MARK:
                self.marks[at.counted().decode()] = self._xid
        elif kind not in {"C", "O", "Y"}:  # commit, origin and type say nothing new
            raise ValueError(f"pgoutput message of unknown kind {kind!r}")

    def _describe(self, at: Cursor) -> None:
        relation, _, _, _ = at.int32(), at.text(), at.text(), at.byte()
        columns = []
        for _ in range(at.int16()):
            flags, name, _, _ = at.byte(), at.text(), at.int32(), at.int32()
            columns.append((name, flags == "\1"))
        self._relations[relation] = Relation(tuple(columns))

    def _row(self, at: Cursor) -> None:
        """Insert, update or delete: an old row or old key (K, O), a new row (N), or both."""
        relation = at.int32()
        if relation in self.overflown:
            return
        self._counts[relation] = self._counts.get(relation, 0) + 1
        if self._counts[relation] > MANY:
            self.overflown.add(relation)
            self.touched.pop(relation, None)
            return
        columns = self._relations[relation].columns
        rows: list[dict[str, str | None]] = []
        while not at.done:
            at.byte()  # K, O or N; the old one comes first
            rows.append(_identity(at, columns, rows[0] if rows else {}))
        keys = self.touched.setdefault(relation, {}).setdefault(self._xid, {})
        for name, identifies in columns:
            if identifies:
                _add(keys, name, rows)


def _identity(
    at: Cursor, columns: tuple[tuple[str, bool], ...], before: dict[str, str | None]
) -> dict[str, str | None]:
    """The identity columns of a row; one that is absent was not told, or is no text.

    An unchanged value that is stored out of line is not sent again with the new row: it is that
    of the row before, when that came along.
    """
    found: dict[str, str | None] = {}
    for _, (name, identifies) in zip(range(at.int16()), columns, strict=True):
        kind = at.byte()
        value = at.counted() if kind == "t" else None
        if not identifies:
            continue
        if kind == "u":
            if name in before:
                found[name] = before[name]
        elif value is None:
            found[name] = None
        else:
            with suppress(UnicodeDecodeError):  # of a database without an encoding
                found[name] = value.decode()
    return found


def _add(keys: Keys, name: str, rows: list[dict[str, str | None]]) -> None:
    kept = keys.setdefault(name, set())
    for row in rows:
        if name not in row:
            keys[name] = kept = None
        value = row.get(name)
        if kept is not None and value is not None:
            kept.add(value)


class Cursor:
    """Reads a message from its start; numbers are in network order."""

    def __init__(self, message: bytes) -> None:
        self.message, self.at = message, 0

    @property
    def done(self) -> bool:
        """Whether all of it was read."""
        return self.at >= len(self.message)

    def byte(self) -> str:
        """One byte as a character."""
        return chr(self._take(">B"))

    def int16(self) -> int:
        """An unsigned number of two bytes."""
        return self._take(">H")

    def int32(self) -> int:
        """An unsigned number of four bytes."""
        return self._take(">I")

    def int64(self) -> int:
        """An unsigned number of eight bytes."""
        return self._take(">Q")

    def text(self) -> str:
        """A text that ends with a zero byte."""
        end = self.message.index(b"\0", self.at)
        found = self.message[self.at : end].decode()
        self.at = end + 1
        return found

    def counted(self) -> bytes:
        """Bytes after their number."""
        length = self.int32()
        self.at += length
        if self.at > len(self.message):
            raise ValueError("a pgoutput message ends too early")
        return self.message[self.at - length : self.at]

    def _take(self, form: str) -> int:
        try:
            (value,) = struct.unpack_from(form, self.message, self.at)
        except struct.error:
            raise ValueError("a pgoutput message ends too early") from None
        self.at += struct.calcsize(form)
        return int(value)
