"""The adapter of the bench's web service, made of what the room of web services has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from concord.model.spec import EntityMapping, SystemSpec
from concord.systems.digest import bucket_of, hash_sum
from concord.systems.http.client import Client, Query, Unanswered
from concord.systems.http.once import Failing, Once
from concord.systems.http.records import Record, gone, row, value
from concord.systems.http.side_by_side import side_by_side
from concord.systems.http.whole import Page, pages
from concord.systems.protocol import (
    Capabilities,
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

KIND = "bench-service"
ALLOWED = 4  # requests at a time
PAGE = 1_000


@dataclass
class ServiceSystem:
    """The System of the service at `url`."""

    spec: SystemSpec
    url: str

    @property
    def name(self) -> str:
        """Its name in systems.yaml."""
        return self.spec.name

    @property
    def address(self) -> str:
        """Where it is."""
        return self.url

    def capabilities(self, mappings: Sequence[EntityMapping]) -> Capabilities:
        """Changes by a feed, no deletions, writes one by one under a key."""
        return Capabilities(
            changes="log",
            deletes=False,
            digests=False,
            conditional_write=True,
            idempotency=True,
            bulk=False,
        )

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """A look; what changes during it is read again by the next."""
        with self._client() as client:
            head = client.read("/changes", {"since": 0}).body["head"]
            yield ServiceSnapshot(client, {"kind": KIND, "head": head})

    @contextmanager
    def writer(self, fence: Fence) -> Iterator[Writer]:
        """A connection for writing; the service knows no fence."""
        with self._client() as client:
            yield ServiceWriter(client)

    def prepare(self, mappings: Sequence[EntityMapping]) -> str:
        """Nothing."""
        return ""

    def unprepare(self, mappings: Sequence[EntityMapping]) -> str:
        """Nothing."""
        return ""

    def execute(self, text: str) -> None:
        """Nothing is ever asked for."""

    def trim(self, positions: Sequence[Position], keep_days: int) -> int:
        """The service keeps its feed."""
        return 0

    def _client(self) -> Client:
        return Client(self.name, self.url)


@dataclass
class ServiceSnapshot:
    """A look at the service."""

    client: Client
    position: Position

    def shape(self, mapping: EntityMapping) -> Shape:
        """The columns that the service has."""
        said = self.client.read(f"/{mapping.table}/schema").body
        there = {said["id"], *said["columns"]}
        wanted = (mapping.id, *mapping.reads)
        return Shape(
            columns={c: "text" for c in wanted if c in there},
            native={c: "text" for c in wanted if c in there},
            missing=tuple(c for c in wanted if c not in there),
        )

    def changes(
        self, mapping: EntityMapping, since: Position | None, also: Sequence[str], shape: Shape
    ) -> Reading | None:
        """What the feed names."""
        if since is None:
            return None
        said = self.client.read("/changes", {"since": int(since["head"])}).body
        return self.records(mapping, [*said["ids"], *also], shape)

    def set_back(self, mapping: EntityMapping, since: Position) -> bool:
        """Whether the feed is shorter than it was."""
        return bool(self.position["head"] < since["head"])

    def everything(self, mapping: EntityMapping, shape: Shape) -> Reading:
        """All records, page by page."""
        names = _names(mapping, shape)
        rows = (row(r, r[mapping.id], names) for r in self._all(mapping))
        return Reading(dict.fromkeys(names, "text"), self.position, rows=rows, complete=True)

    def digests(self, mapping: EntityMapping, buckets: int, shape: Shape) -> Iterable[Digest]:
        """Computed here from all records."""
        found: dict[int, list[tuple[str, UUID]]] = {}
        for one in self.hashes(mapping, buckets, range(buckets), shape):
            found.setdefault(bucket_of(one[0], buckets), []).append(one)
        return [Digest(b, len(rows), hash_sum(rows)) for b, rows in sorted(found.items())]

    def hashes(
        self, mapping: EntityMapping, buckets: int, wanted: Sequence[int], shape: Shape
    ) -> Iterator[tuple[str, UUID]]:
        """Of all records in the wanted buckets."""
        kept = set(wanted)
        for one in self.everything(mapping, shape).rows or ():
            if bucket_of(one.source_id, buckets) in kept and one.raw_hash:
                yield one.source_id, one.raw_hash

    def records(self, mapping: EntityMapping, ids: Sequence[str], shape: Shape) -> Reading:
        """The named records."""
        names = _names(mapping, shape)
        return Reading(
            dict.fromkeys(names, "text"), self.position, rows=self._named(mapping, ids, names)
        )

    def _all(self, mapping: EntityMapping) -> Iterator[Record]:
        def turn(after: str | None) -> Page:
            asked: Query = {"after": after or "", "limit": PAGE}
            body = self.client.read(f"/{mapping.table}", asked).body
            return Page(body["items"], body["next"])

        return pages(turn, mapping.id)

    def _named(
        self, mapping: EntityMapping, ids: Sequence[str], names: Sequence[str]
    ) -> Iterator[Row]:
        unique = list(dict.fromkeys(ids))
        for start in range(0, len(unique), PAGE):
            wanted = unique[start : start + PAGE]
            path, asked = f"/{mapping.table}/named", {"ids": wanted}
            items = self.client.read(path, body=asked, method="POST").body["items"]
            found = {r[mapping.id]: r for r in items}
            for source_id in wanted:
                record = found.get(source_id)
                yield row(record, source_id, names) if record else gone(source_id, names)


@dataclass
class ServiceWriter:
    """Writes one request each, as many at a time as the service allows."""

    client: Client
    fenced = False
    at_once = 2_000

    def apply(self, mapping: EntityMapping, writes: Sequence[Write], shape: Shape) -> list[Outcome]:
        """Each write once or not at all, in any order: no record is in two of them."""
        return side_by_side(lambda write: self._one(mapping, write, shape), writes, ALLOWED)

    def look_up(
        self, mapping: EntityMapping, keys: Sequence[UUID], shape: Shape
    ) -> dict[UUID, Outcome]:
        """Which of these were applied, with the records as they are now."""
        asked = {"keys": [str(key) for key in keys]}
        found = self.client.read("/keys", body=asked, method="POST").body["found"]
        reading = ServiceSnapshot(self.client, {}).records(mapping, list(found.values()), shape)
        rows = {one.source_id: one for one in reading.rows or ()}
        return {
            UUID(key): Outcome(UUID(key), "confirmed", id_, rows[id_]) for key, id_ in found.items()
        }

    def _one(self, mapping: EntityMapping, write: Write, shape: Shape) -> Outcome:
        new = {c: value(v, shape.columns[c]) for c, v in write.new.items()}
        path, body = f"/{mapping.table}/{write.source_id}", {"set": new, "where": dict(write.base)}

        def send() -> Outcome:
            headers = {"Idempotency-Key": str(write.key)}
            answer = self.client.send("PATCH", path, body, headers)
            if answer.status == 412:
                return Outcome(write.key, "superseded", write.source_id)
            if not answer.ok:
                why = f"status {answer.status}"
                return Outcome(write.key, "rejected", write.source_id, error=why)
            there = row(answer.body, write.source_id or "", _names(mapping, shape))
            return Outcome(write.key, "confirmed", write.source_id, there)

        def look() -> Outcome | None:
            done = self.look_up(mapping, [write.key], shape).get(write.key)
            return done and replace(done, later=True)

        try:
            return Once[Outcome](self.client).write(send, look)
        except Unanswered as e:
            return Outcome(write.key, "unknown", write.source_id, error=str(e))
        except Failing as e:
            return Outcome(write.key, "rejected", write.source_id, error=str(e))


def _names(mapping: EntityMapping, shape: Shape) -> Sequence[str]:
    return [c for c in mapping.reads if c in shape.columns]


def records(rows: Iterable[Mapping[str, object]]) -> Iterator[bytes]:
    """Records as the service takes them on its standard input."""
    import json

    for one in rows:
        yield json.dumps(one).encode() + b"\n"
