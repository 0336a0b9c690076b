"""The System Protocol: all that the pipeline knows about an ERP or CRM.

No SQL, no HTTP in here. A Postgres adapter streams COPY blocks; an API adapter yields rows. Both
say by `Capabilities` what they can do, and the engine takes the safest way offered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, Protocol, runtime_checkable
from uuid import UUID

from concord.model.spec import EntityMapping

Position = Mapping[str, Any]
"""How far a reader has come, as JSON: opaque to the engine, kept in `ops.cursor`."""

ColumnType = Literal["text", "integer", "decimal", "boolean", "date", "timestamp"]
Op = Literal["U", "D"]  # upsert, delete


@dataclass(frozen=True)
class Capabilities:
    """What an adapter can do for one system as it is set up now."""

    changes: Literal["log", "logical", "timestamp", "full"]  # how changes are found
    deletes: bool  # deletions are seen by `changes`
    digests: bool  # digests are computed where the data is
    conditional_write: bool  # compare-and-set in the target's own statement
    idempotency: bool  # applied keys commit with the rows
    bulk: bool  # many writes in one call
    notes: tuple[str, ...] = ()  # what is missing and how to get it, for `concord check`


@dataclass(frozen=True)
class Shape:
    """The columns that a mapped table or resource has now, with canonical types."""

    columns: Mapping[str, ColumnType]  # mapped columns that exist, the key column included
    native: Mapping[str, str]  # the vendor's type of each, for drift messages
    missing: tuple[str, ...] = ()  # mapped columns that do not exist
    max_length: Mapping[str, int] = field(default_factory=dict)  # text columns with a limit
    lines: Mapping[str, Shape] = field(default_factory=dict)  # columns that hold lines: theirs


@dataclass(frozen=True)
class Row:
    """One record as a system holds it: mapped column -> value as text, None for NULL."""

    source_id: str
    op: Op
    raw_hash: UUID | None
    values: Mapping[str, str | None]


@dataclass(frozen=True)
class Reading:
    """Records on their way into `stage`.

    `columns` are the mapped columns read (key excluded), in order. Exactly one of `copy` and
    `rows` is set. `copy(write)` calls `write` with blocks of PostgreSQL binary COPY whose columns
    are: source_id text, op text, raw_hash uuid, then `columns` with the PostgreSQL type that
    belongs to each ColumnType (text, bigint, numeric, boolean, date, timestamptz). Deleted
    records have op 'D', a null hash and null values.
    """

    columns: Mapping[str, ColumnType]
    position: Position
    copy: Callable[[Callable[[bytes], object]], int] | None = None  # returns the number of rows
    rows: Iterator[Row] | None = None
    complete: bool = False  # every record of the entity is in it (`Snapshot.everything`)


@dataclass(frozen=True)
class Digest:
    """Count and order-independent sum of the row hashes in one bucket of keys.

    Records without a key are in no bucket: they are counted in one with `bucket` None.
    """

    bucket: int | None
    count: int
    digest: str


class Snapshot(Protocol):
    """One consistent look at a system: everything read through it is of one moment."""

    @property
    def position(self) -> Position:
        """Where a later `changes` must start to miss nothing after this moment."""
        ...

    def shape(self, mapping: EntityMapping) -> Shape:
        """The mapped table's columns. Raises EntityStopped when the table is gone."""
        ...

    def changes(
        self, mapping: EntityMapping, since: Position | None, also: Sequence[str], shape: Shape
    ) -> Reading | None:
        """Records changed since `since`, and those named in `also`.

        A record that was deleted since and made again under its key may come twice, as op 'D' and
        'U': then it can be told from one that was changed.

        None when changes cannot be told from `since` (no position yet, another server behind the
        same address, log truncated, a TRUNCATE seen): the caller then compares in full.
        Columns not in `shape.columns` are not read.
        """
        ...

    def set_back(self, mapping: EntityMapping, since: Position) -> bool:
        """Whether the system is not a later state of what it was at `since`: a backup was
        restored, or another server answers. What differs from the hub may then be old.
        """
        ...

    def everything(self, mapping: EntityMapping, shape: Shape) -> Reading:
        """All records, for a first load or when most of them differ.

        Never yields op 'D'; `complete` is set.
        """
        ...

    def digests(self, mapping: EntityMapping, buckets: int, shape: Shape) -> Iterable[Digest]:
        """Digests of all records by key bucket, in the order of buckets, None last.

        bucket: the first 4 bytes of md5(source_id as UTF-8), big-endian unsigned, modulo buckets.
        digest: see `hash_sum` in concord.systems.digest; equal to what the hub computes over its
        stored raw hashes of the same records. They may be streamed: nothing else is asked of this
        look before they are at their end.
        """
        ...

    def hashes(
        self, mapping: EntityMapping, buckets: int, wanted: Sequence[int], shape: Shape
    ) -> Iterator[tuple[str, UUID]]:
        """(source_id, raw_hash) of every record in the wanted buckets; a key that two records have
        comes twice.
        """
        ...

    def records(self, mapping: EntityMapping, ids: Sequence[str], shape: Shape) -> Reading:
        """The named records; those that do not exist come as op 'D'."""
        ...


@runtime_checkable
class Surveying(Protocol):
    """A Snapshot that can look at many entities at once: in most batches most are unchanged.

    Optional. Without it every entity is asked for its shape and its changes.
    """

    def shapes(self, mappings: Sequence[EntityMapping]) -> Mapping[str, Shape]:
        """What `shape` gives, by entity; those for which it raises EntityStopped are left out."""
        ...

    def unchanged(
        self, mappings: Sequence[EntityMapping], since: Mapping[str, Position]
    ) -> set[str]:
        """Entities of which `changes` would give no record since their positions.

        Those of which it cannot be told are not among them. `since`: a position by entity.
        """
        ...


@dataclass(frozen=True)
class Total:
    """One group of records: its columns' raw texts, how many they are, and sums over them."""

    group: tuple[str | None, ...]
    count: int
    sums: tuple[Decimal, ...]  # a blank counts as nothing


@runtime_checkable
class Totalling(Protocol):
    """A Snapshot that can count and sum where the data is, for control totals.

    Optional. Without it a certificate says that the system was not asked, and what the hub last
    saw of it stands there.
    """

    def totals(
        self,
        mapping: EntityMapping,
        by: Sequence[str],
        sums: Sequence[Sequence[str]],
        shape: Shape,
    ) -> Iterator[Total]:
        """Count and sums of all records, grouped by columns as they are: nothing is cleaned.

        `sums`: for each, the columns whose product is summed; these are numbers in `shape`.
        """
        ...


@dataclass(frozen=True)
class Fence:
    """A lease's name and token; a write with an older token than the newest seen is refused."""

    name: str
    token: int


@dataclass(frozen=True)
class Write:
    """One planned effect on one record, in the system's own column names and text forms.

    `base` has, for every column in `new`, the raw value that the plan was made on; the write
    happens only if the record still holds exactly these. For a delete, `new` is empty and `base`
    has all mapped columns. For a create both source_id and base are empty.
    """

    key: UUID  # idempotency key, unique for ever
    action: Literal["create", "update", "delete"]
    source_id: str | None
    new: Mapping[str, str | None]
    base: Mapping[str, str | None]


@dataclass(frozen=True)
class Outcome:
    """What became of one Write."""

    key: UUID
    state: Literal["confirmed", "superseded", "rejected", "unknown"]
    source_id: str | None = None
    row: Row | None = None  # the record read back in the same transaction; None after a delete
    later: bool = False  # the row was read after that: people may have changed it since the write
    error: str | None = None  # the target's own words, without values, when rejected


class Writer(Protocol):
    """A connection that holds a fence and writes under it."""

    @property
    def fenced(self) -> bool:
        """Whether the target itself refuses whatever was sent under an older fence.

        Most web services know no fence. There the key alone makes a write happen once: the target
        keeps it, unique, with the effect, so the same write sent again has no second effect.
        """
        ...

    @property
    def at_once(self) -> int:
        """How many writes one `apply` should get: no call may take as long as a lease."""
        ...

    def apply(self, mapping: EntityMapping, writes: Sequence[Write], shape: Shape) -> list[Outcome]:
        """Do each write exactly once or not at all, and read it back.

        One bad record never stops the rest. A key that was applied before is not applied again:
        its record is read back and confirmed, with `later` set. `unknown` is a write that was sent
        and not answered.

        Raises:
            LeaseLost: the fence has a newer token; none of these writes happened.
            SystemUnavailable: the connection broke; the writes are unknown to the caller.
        """
        ...

    def look_up(
        self, mapping: EntityMapping, keys: Sequence[UUID], shape: Shape
    ) -> dict[UUID, Outcome]:
        """Which of these keys were applied, with their records.

        Absent: it was not. Where `fenced`, the fence being newer than that of whoever sent it, it
        never will be. Where not, a request on its way may still arrive: nothing else may be written
        in place of that write before the same one was sent again, under the same key, and answered.
        """
        ...


class System(Protocol):
    """One ERP or CRM behind an adapter."""

    @property
    def name(self) -> str:
        """Its name in systems.yaml."""
        ...

    @property
    def address(self) -> str:
        """Where it is, for messages; never with a password."""
        ...

    def capabilities(self, mappings: Sequence[EntityMapping]) -> Capabilities:
        """What this system allows for these entities as it is set up now. Connects."""
        ...

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """Open a consistent look. Raises SystemUnavailable, NotAuthorised."""
        ...

    def writer(self, fence: Fence) -> AbstractContextManager[Writer]:
        """Open a connection for writing under `fence`. Raises LeaseLost, SystemUnavailable."""
        ...

    def prepare(self, mappings: Sequence[EntityMapping]) -> str:
        """What an administrator must run once in that system so that changes are never missed and
        writes happen exactly once (DDL, settings), as text to read. Empty when nothing is needed.
        """
        ...

    def unprepare(self, mappings: Sequence[EntityMapping]) -> str:
        """What takes the preparation away again, as text to read."""
        ...

    def execute(self, text: str) -> None:
        """Run what `prepare` or `unprepare` gave. Raises NotAuthorised when a right is missing."""
        ...

    def trim(self, positions: Sequence[Position], keep_days: int) -> int:
        """Forget changes that no reader at any of these positions needs; returns how many.

        Applied keys older than `keep_days` are forgotten as well: longer than any intent stays
        open. Without positions nothing is trimmed.
        """
        ...


@runtime_checkable
class Retaining(Protocol):
    """A System that holds something back until its readers have passed it, at a cost."""

    def release(self, positions: Sequence[Position]) -> None:
        """Let go what no reader at any of these committed positions needs.

        Told before each look. A reader at an earlier position is then asked to compare in full.
        """
        ...
