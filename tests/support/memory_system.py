"""A second implementation of the System Protocol, without SQL: a client of a small web service.

`Api` plays the server: records with typed values, pages, a feed of changes, If-Match writes, and
idempotency keys kept with the effect. `MemorySystem` is the adapter. Unlike PostgreSQL the server
can hold texts with NUL characters, and cannot show one moment of everything: the position is taken
before anything is read, so what changes meanwhile is read again next time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from uuid import UUID, uuid4

from concord.errors import EntityStopped, LeaseLost, SystemUnavailable
from concord.model.spec import EntityMapping, SystemSpec
from concord.systems.digest import bucket_of, hash_sum, row_hash
from concord.systems.protocol import (
    Capabilities,
    ColumnType,
    Digest,
    Fence,
    Outcome,
    Position,
    Reading,
    Row,
    Shape,
    Write,
)

Value = str | int | bool | None  # decimals and dates travel as strings, as in most web services
Record = dict[str, Value]


class Refused(Exception):
    """A reply 400: the server's words."""


class Stale(Exception):
    """A reply 412: the record is not as the caller thought, or not there."""


class Fenced(Exception):
    """A reply 409: a newer token has been seen."""


class Down(Exception):
    """No reply at all."""


@dataclass
class Resource:
    """One kind of record: its columns, how long texts may be, and the records by id."""

    columns: dict[str, ColumnType]
    id: str = "code"
    limits: dict[str, int] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    records: dict[str, Record] = field(default_factory=dict)


class Api:
    """The server. `down` makes it unreachable; `calls` counts requests."""

    def __init__(self, page: int = 3) -> None:
        self.page, self.calls, self.down = page, 0, False
        self.identity = str(uuid4())
        self.resources: dict[str, Resource] = {}
        self.feed: list[tuple[int, str, str]] = []  # number, resource, id
        self.forgotten = 0  # feed entries up to this number are gone
        self.fences: dict[str, int] = {}
        self.applied: dict[str, str] = {}  # idempotency key -> id
        self._ids, self._numbers = count(1), count(1)

    def head(self) -> int:
        """The number of the newest change."""
        self._answer()
        return self.feed[-1][0] if self.feed else self.forgotten

    def describe(self, name: str) -> Resource | None:
        """What the resource looks like, or None."""
        self._answer()
        return self.resources.get(name)

    def page_of(self, name: str, after: str) -> tuple[list[tuple[str, Record]], str | None]:
        """One page of records in the order of ids, and where the next begins."""
        self._answer()
        records = self.resources[name].records
        ids = sorted(i for i in records if i > after)[: self.page]
        page = [(i, dict(records[i])) for i in ids]
        return page, ids[-1] if len(ids) == self.page else None

    def changed(self, name: str, after: int) -> list[str] | None:
        """Ids changed after a number; None when the feed does not reach back so far."""
        self._answer()
        if after < self.forgotten:
            return None
        return [i for number, resource, i in self.feed if number > after and resource == name]

    def get(self, name: str, ids: Sequence[str]) -> dict[str, Record]:
        """The named records that exist."""
        self._answer()
        records = self.resources[name].records
        return {i: dict(records[i]) for i in ids if i in records}

    def fence(self, name: str, token: int) -> None:
        """Announce a token; from now on older ones are refused."""
        self._answer()
        if token < self.fences.get(name, token):
            raise Fenced
        self.fences[name] = token

    def check(self, fence: Fence) -> None:
        """Refuse a token that is not the newest."""
        self._answer()
        if self.fences.get(fence.name) != fence.token:
            raise Fenced

    def write(self, name: str, fence: Fence, key: UUID, act: Callable[[Resource], str]) -> str:
        """One write: the effect and its key together, or neither."""
        self.check(fence)
        if str(key) not in self.applied:
            self.applied[str(key)] = act(self.resources[name])
        return self.applied[str(key)]

    def put(self, name: str, source_id: str | None, values: Record) -> str:
        """Store values of a record, made when no id is given; also what people do here."""
        resource = self.resources[name]
        self._validate(resource, values, new=source_id is None)
        source_id = source_id or f"A{next(self._ids)}"
        resource.records.setdefault(source_id, dict.fromkeys(resource.columns)).update(values)
        self._note(name, source_id)
        return source_id

    def drop(self, name: str, source_id: str) -> str:
        """Delete a record."""
        del self.resources[name].records[source_id]
        self._note(name, source_id)
        return source_id

    def forget(self) -> None:
        """Lose the feed so far, as servers do after some days."""
        self.forgotten = self.head()
        self.feed.clear()

    def _validate(self, resource: Resource, values: Record, *, new: bool) -> None:
        for name in resource.required:
            if (new or name in values) and values.get(name) is None:
                raise Refused(f"{name} is required")
        for name, value in values.items():
            limit = resource.limits.get(name)
            if limit and isinstance(value, str) and len(value) > limit:
                raise Refused(f"{name} is longer than {limit} characters")

    def _note(self, name: str, source_id: str) -> None:
        self.feed.append((next(self._numbers), name, source_id))

    def _answer(self) -> None:
        self.calls += 1
        if self.down:
            raise Down


class MemorySystem:
    """The System of an `Api`."""

    def __init__(self, spec: SystemSpec, api: Api) -> None:
        self.spec, self.api = spec, api

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def address(self) -> str:
        return "memory"

    def capabilities(self, mappings: Sequence[EntityMapping]) -> Capabilities:
        return Capabilities(
            changes="log",
            deletes=True,
            digests=False,
            conditional_write=True,
            idempotency=True,
            bulk=False,
        )

    @contextmanager
    def snapshot(self) -> Iterator[MemorySnapshot]:
        with self._reachable():
            position = {"kind": "memory", "server": self.api.identity, "feed": self.api.head()}
            yield MemorySnapshot(self.api, self.name, position)

    @contextmanager
    def writer(self, fence: Fence) -> Iterator[MemoryWriter]:
        with self._reachable():
            try:
                self.api.fence(fence.name, fence.token)
            except Fenced:
                raise LeaseLost(f"{self.name}: {fence.name} has a newer holder") from None
            yield MemoryWriter(self.api, self.name, fence)

    def prepare(self, mappings: Sequence[EntityMapping]) -> str:
        return ""

    def unprepare(self, mappings: Sequence[EntityMapping]) -> str:
        return ""

    def execute(self, text: str) -> None:
        """Nothing is ever asked for."""

    def trim(self, positions: Sequence[Position], keep_days: int) -> int:
        """The server forgets by itself."""
        return 0

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        try:
            yield
        except Down:
            raise SystemUnavailable(self.name, self.address, "no reply") from None


@dataclass
class MemorySnapshot:
    """A look at an `Api`."""

    api: Api
    system: str
    position: Position

    def shape(self, mapping: EntityMapping) -> Shape:
        resource = self.api.describe(mapping.table)
        if resource is None:
            raise EntityStopped(f"{self.system} has no resource {mapping.table}")
        types: dict[str, ColumnType] = {resource.id: "text", **resource.columns}
        if mapping.id not in types:
            raise EntityStopped(f"{self.system}: {mapping.table} has no {mapping.id}")
        wanted = [mapping.id, *mapping.reads]
        return Shape(
            columns={c: types[c] for c in wanted if c in types},
            native={c: types[c] for c in wanted if c in types},
            missing=tuple(c for c in wanted if c not in types),
            max_length={c: n for c, n in resource.limits.items() if c in wanted},
        )

    def changes(
        self, mapping: EntityMapping, since: Position | None, also: Sequence[str], shape: Shape
    ) -> Reading | None:
        if since is None or since.get("server") != self.position["server"]:
            return None
        changed = self.api.changed(mapping.table, int(since["feed"]))
        if changed is None:
            return None
        return self.records(mapping, [*changed, *also], shape)

    def set_back(self, mapping: EntityMapping, since: Position) -> bool:
        return since.get("server") != self.position["server"] or int(since["feed"]) > int(
            self.position["feed"]
        )

    def everything(self, mapping: EntityMapping, shape: Shape) -> Reading:
        rows = (_row(i, r, columns(mapping, shape)) for i, r in self._pages(mapping))
        return Reading(typed(mapping, shape), self.position, rows=rows, complete=True)

    def records(self, mapping: EntityMapping, ids: Sequence[str], shape: Shape) -> Reading:
        rows = self._named(mapping, list(dict.fromkeys(ids)), columns(mapping, shape))
        return Reading(typed(mapping, shape), self.position, rows=rows)

    def digests(self, mapping: EntityMapping, buckets: int, shape: Shape) -> Iterable[Digest]:
        found: dict[int, dict[str, UUID]] = {}
        for source_id, raw_hash in self.hashes(mapping, buckets, range(buckets), shape):
            found.setdefault(bucket_of(source_id, buckets), {})[source_id] = raw_hash
        return [Digest(b, len(r), hash_sum(r.items())) for b, r in sorted(found.items())]

    def hashes(
        self, mapping: EntityMapping, buckets: int, wanted: Sequence[int], shape: Shape
    ) -> Iterator[tuple[str, UUID]]:
        kept = set(wanted)
        for row in self.everything(mapping, shape).rows or ():
            if bucket_of(row.source_id, buckets) in kept and row.raw_hash is not None:
                yield row.source_id, row.raw_hash

    def _pages(self, mapping: EntityMapping) -> Iterator[tuple[str, Record]]:
        after: str | None = ""
        while after is not None:
            page, after = self.api.page_of(mapping.table, after)
            yield from page

    def _named(
        self, mapping: EntityMapping, ids: Sequence[str], names: Sequence[str]
    ) -> Iterator[Row]:
        for start in range(0, len(ids), self.api.page):
            wanted = ids[start : start + self.api.page]
            found = self.api.get(mapping.table, wanted)
            for source_id in wanted:
                yield _row(source_id, found.get(source_id), names)


@dataclass
class MemoryWriter:
    """Writes to an `Api` under a fence, one call a write."""

    api: Api
    system: str
    fence: Fence
    fenced: bool = True
    at_once: int = 1_000

    def apply(self, mapping: EntityMapping, writes: Sequence[Write], shape: Shape) -> list[Outcome]:
        try:
            self.api.check(self.fence)
            return [self._one(mapping, write, shape) for write in writes]
        except Fenced:
            raise LeaseLost(f"{self.system}: {self.fence.name} has a newer holder") from None

    def _one(self, mapping: EntityMapping, write: Write, shape: Shape) -> Outcome:
        unknown = [c for c in (*write.new, *write.base) if c not in shape.columns]
        if unknown:
            error = f"column {', '.join(unknown)} is not there now"
            return Outcome(write.key, "rejected", write.source_id, error=error)
        try:
            source_id = self.api.write(
                mapping.table, self.fence, write.key, lambda r: self._act(mapping, write, r, shape)
            )
        except Stale:
            return Outcome(write.key, "superseded", write.source_id)
        except Refused as e:
            return Outcome(write.key, "rejected", write.source_id, error=str(e))
        return self._confirmed(mapping, write.key, source_id, shape)

    def _act(self, mapping: EntityMapping, write: Write, resource: Resource, shape: Shape) -> str:
        new = {c: parsed(v, shape.columns[c]) for c, v in write.new.items()}
        if write.action == "create":
            return self.api.put(mapping.table, None, new)
        record = resource.records.get(write.source_id or "")
        if record is None or any(text(record[c]) != v for c, v in write.base.items()):
            raise Stale
        assert write.source_id is not None
        if write.action == "delete":
            return self.api.drop(mapping.table, write.source_id)
        return self.api.put(mapping.table, write.source_id, new)

    def _confirmed(
        self, mapping: EntityMapping, key: UUID, source_id: str, shape: Shape
    ) -> Outcome:
        record = self.api.get(mapping.table, [source_id]).get(source_id)
        row = _row(source_id, record, columns(mapping, shape)) if record is not None else None
        return Outcome(key, "confirmed", source_id, row)

    def look_up(
        self, mapping: EntityMapping, keys: Sequence[UUID], shape: Shape
    ) -> dict[UUID, Outcome]:
        try:
            self.api.check(self.fence)
        except Fenced:
            raise LeaseLost(f"{self.system}: {self.fence.name} has a newer holder") from None
        done = {k: self.api.applied[str(k)] for k in keys if str(k) in self.api.applied}
        return {k: self._confirmed(mapping, k, i, shape) for k, i in done.items()}


def columns(mapping: EntityMapping, shape: Shape) -> list[str]:
    """Columns to read: key excluded, in the mapping's order."""
    return [c for c in mapping.reads if c in shape.columns]


def typed(mapping: EntityMapping, shape: Shape) -> Mapping[str, ColumnType]:
    """These columns with their types."""
    return {c: shape.columns[c] for c in columns(mapping, shape)}


def text(value: Value) -> str | None:
    """A value in PostgreSQL's text form."""
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def parsed(value: str | None, kind: ColumnType) -> Value:
    """A text form as the service takes it."""
    if value is None:
        return None
    try:
        if kind == "integer":
            return int(value)
    except ValueError:
        raise Refused("not an integer") from None
    return value == "true" if kind == "boolean" else value


def _row(source_id: str, record: Record | None, names: Sequence[str]) -> Row:
    if record is None:
        return Row(source_id, "D", None, dict.fromkeys(names))
    values = {name: text(record[name]) for name in names}
    return Row(source_id, "U", row_hash(values), values)
