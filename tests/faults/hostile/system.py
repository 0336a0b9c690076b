"""The adapter of the hostile service: all that an honest client can do, and nothing more.

The service keeps a key with every effect, and has a feed numbered in the order of commits. It has
no bulk writes, no digests, no snapshot and no fence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from concord.errors import EntityStopped
from concord.model.spec import EntityMapping, SystemSpec
from concord.systems.digest import bucket_of, hash_sum
from concord.systems.http.client import Answer, Client, Unanswered
from concord.systems.http.once import Failing, Once
from concord.systems.http.patience import Patience
from concord.systems.http.records import Record, gone, row, text, value
from concord.systems.http.whole import Census, Page, follows, pages, prove, refusing
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
    Snapshot,
    Write,
    Writer,
)
from concord.systems.words import without_values

PAGE = 100
AGAIN = 3  # a conditional write whose record was changed in another field

QUICK = Patience(timeout=0.4, tries=5, pause=0.02, longest=1.0)


@dataclass
class HostileSystem:
    """The System of a hostile service."""

    spec: SystemSpec
    url: str
    patience: Patience = QUICK

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def address(self) -> str:
        return self.url

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
    def snapshot(self) -> Iterator[Snapshot]:
        with self.client() as client:
            state = client.read("/feed", {"after": 0, "limit": 0}).body
            position = {"kind": "hostile", "server": state["server"], "head": state["head"]}
            yield HostileSnapshot(client, position)

    @contextmanager
    def writer(self, fence: Fence) -> Iterator[Writer]:
        with self.client() as client:
            yield HostileWriter(client)

    def prepare(self, mappings: Sequence[EntityMapping]) -> str:
        return ""

    def unprepare(self, mappings: Sequence[EntityMapping]) -> str:
        return ""

    def execute(self, text: str) -> None:
        """Nothing is ever asked for."""

    def trim(self, positions: Sequence[Position], keep_days: int) -> int:
        """The service forgets by itself."""
        return 0

    def client(self) -> Client:
        return Client(self.name, self.url, self.patience)


@dataclass
class HostileSnapshot:
    """A look. The position is taken first: what changes meanwhile is read again next time."""

    client: Client
    position: Position

    def shape(self, mapping: EntityMapping) -> Shape:
        answer = self.client.read(f"/{mapping.table}/schema")
        if not answer.ok:
            raise EntityStopped(f"{self.client.system} has no resource {mapping.table}")
        said = answer.body
        types: dict[str, ColumnType] = {said["id"]: "text", **said["columns"]}
        if mapping.id not in types:
            raise EntityStopped(f"{self.client.system}: {mapping.table} has no {mapping.id}")
        wanted = list(dict.fromkeys([mapping.id, *(c.column for c in mapping.columns)]))
        return Shape(
            columns={c: types[c] for c in wanted if c in types},
            native={c: types[c] for c in wanted if c in types},
            missing=tuple(c for c in wanted if c not in types),
            max_length={c: n for c, n in said["limits"].items() if c in wanted},
        )

    def changes(
        self, mapping: EntityMapping, since: Position | None, also: Sequence[str], shape: Shape
    ) -> Reading | None:
        if since is None or since.get("server") != self.position["server"]:
            return None
        if since["head"] > self.position["head"]:
            return None
        moved = self._feed(mapping.table, since["head"], self.position["head"])
        return self.records(mapping, [*moved, *also], shape)

    def set_back(self, mapping: EntityMapping, since: Position) -> bool:
        return (
            since.get("server") != self.position["server"] or since["head"] > self.position["head"]
        )

    def everything(self, mapping: EntityMapping, shape: Shape) -> Reading:
        rows = self._all(mapping, columns(mapping, shape))
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
        for one in self._all(mapping, columns(mapping, shape)):
            if bucket_of(one.source_id, buckets) in kept and one.raw_hash is not None:
                yield one.source_id, one.raw_hash

    def _all(self, mapping: EntityMapping, names: Sequence[str]) -> Iterator[Row]:
        """All records, with the proof at the end that they are all."""
        path = f"/{mapping.table}"

        def turn(after: str | None) -> Page:
            body = self.client.read(path, {"after": after or "", "limit": PAGE}).body
            return Page(body["items"], body["next"])

        with refusing(self.client, path):
            seen = set()
            for record in pages(turn, mapping.id):
                seen.add(record[mapping.id])
                yield row(record, record[mapping.id], names)
            state = self.client.read(f"{path}/state").body
            moved = self._feed(mapping.table, self.position["head"], state["head"])
            prove(seen, moved, Census(state["total"], state["head"]))

    def _named(
        self, mapping: EntityMapping, ids: Sequence[str], names: Sequence[str]
    ) -> Iterator[Row]:
        """The named records; one that does not come is asked for alone before it counts as gone."""
        path = f"/{mapping.table}"
        with refusing(self.client, path):
            for start in range(0, len(ids), PAGE):
                wanted = ids[start : start + PAGE]
                said = self.client.read(f"{path}/named", body={"ids": wanted}, method="POST")
                found = {r[mapping.id]: r for r in said.body["items"]}
                for source_id in wanted:
                    record = found.get(source_id) or one(self.client, mapping, source_id)
                    yield row(record, source_id, names) if record else gone(source_id, names)

    def _feed(self, resource: str, since: int, until: int) -> dict[str, bool]:
        """What changed in a resource between two moments: id -> whether it was there at the end."""
        moved: dict[str, bool] = {}
        with refusing(self.client, "/feed"):
            while since < until:
                size = min(1_000, until - since)
                items = self.client.read("/feed", {"after": since, "limit": size}).body["items"]
                follows([i["n"] for i in items], since, since + size)
                moved |= {i["id"]: i["op"] != "D" for i in items if i["resource"] == resource}
                since += size
        return moved


@dataclass
class HostileWriter:
    """Writes one by one, each under its key."""

    client: Client
    once: Once[Outcome] = field(init=False)
    fenced = False
    at_once = 200

    def __post_init__(self) -> None:
        self.once = Once(self.client)

    def apply(self, mapping: EntityMapping, writes: Sequence[Write], shape: Shape) -> list[Outcome]:
        return [self._one(mapping, write, shape) for write in writes]

    def look_up(
        self, mapping: EntityMapping, keys: Sequence[UUID], shape: Shape
    ) -> dict[UUID, Outcome]:
        ids: dict[UUID, str] = {}
        for start in range(0, len(keys), PAGE):
            asked = {"keys": [str(k) for k in keys[start : start + PAGE]]}
            found = self.client.read("/keys", body=asked, method="POST").body["found"]
            ids |= {UUID(k): made["id"] for k, made in found.items()}
        reading = HostileSnapshot(self.client, {}).records(mapping, list(ids.values()), shape)
        rows = {r.source_id: r for r in reading.rows or () if r.op == "U"}
        return {k: Outcome(k, "confirmed", i, rows.get(i)) for k, i in ids.items()}

    def _one(self, mapping: EntityMapping, write: Write, shape: Shape) -> Outcome:
        unknown = [c for c in (*write.new, *write.base) if c not in shape.columns]
        if unknown:
            return self._rejected(write, f"column {', '.join(unknown)} is not there now")
        try:
            new = {c: value(v, shape.columns[c]) for c, v in write.new.items()}
        except ValueError:
            return self._rejected(write, "a value is not of its column's type")

        def send() -> Outcome:
            if write.action == "create":
                path = f"/{mapping.table}"
                answer = self.client.send("POST", path, new, {"Idempotency-Key": str(write.key)})
                return self._outcome(mapping, write, shape, answer)
            return self._conditionally(mapping, write, new, shape)

        def look() -> Outcome | None:
            done = self.look_up(mapping, [write.key], shape).get(write.key)
            return done and replace(done, later=True)

        try:
            return self.once.write(send, look)
        except Unanswered as e:
            return Outcome(write.key, "unknown", write.source_id, error=str(e))
        except Failing as e:
            return self._rejected(write, str(e))

    def _conditionally(
        self, mapping: EntityMapping, write: Write, new: Mapping[str, Any], shape: Shape
    ) -> Outcome:
        """A write on the very version that was seen to hold the base."""
        method = {"update": "PATCH", "delete": "DELETE"}[write.action]
        for _ in range(AGAIN):
            record = one(self.client, mapping, write.source_id or "")
            if record is None or any(text(record[c]) != v for c, v in write.base.items()):
                break
            headers = {"Idempotency-Key": str(write.key), "If-Match": str(record["version"])}
            path = f"/{mapping.table}/{write.source_id}"
            answer = self.client.send(method, path, new or None, headers)
            if answer.status not in {404, 412}:
                return self._outcome(mapping, write, shape, answer)
        done = self.look_up(mapping, [write.key], shape).get(write.key)
        if done is None:
            return Outcome(write.key, "superseded", write.source_id)
        return replace(done, later=True)

    def _outcome(
        self, mapping: EntityMapping, write: Write, shape: Shape, answer: Answer
    ) -> Outcome:
        if not answer.ok:
            words = (answer.body or {}).get("error") or f"status {answer.status}"
            return self._rejected(write, without_values(words, write))
        if write.action == "delete":
            return Outcome(write.key, "confirmed", write.source_id)
        names = columns(mapping, shape)
        id_ = answer.body[mapping.id]
        # A key used before gives the bare id when the record is gone since.
        there = all(name in answer.body for name in names)
        return Outcome(write.key, "confirmed", id_, row(answer.body, id_, names) if there else None)

    def _rejected(self, write: Write, why: str) -> Outcome:
        return Outcome(write.key, "rejected", write.source_id, error=why)


def one(client: Client, mapping: EntityMapping, source_id: str) -> Record | None:
    """One record, or None when the service says that it is not there."""
    answer = client.read(f"/{mapping.table}/{source_id}")
    return answer.body if answer.ok else None


def columns(mapping: EntityMapping, shape: Shape) -> list[str]:
    """Columns to read: key excluded, in the mapping's order."""
    wanted = dict.fromkeys(c.column for c in mapping.columns)
    return [c for c in wanted if c in shape.columns and c != mapping.id]


def typed(mapping: EntityMapping, shape: Shape) -> Mapping[str, ColumnType]:
    """These columns with their types."""
    return {c: shape.columns[c] for c in columns(mapping, shape)}
