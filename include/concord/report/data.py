"""What the page shows, read from the `ops` tables in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from concord.errors import ConcordError, whole
from concord.hub.database import Connection
from concord.hub.sql import statement

GOLDEN = "golden"
READ_PARTS = (
    "unchanged", "accepted", "quarantined", "parked", "duplicate_in_batch", "older", "held",
    "set_back",
)  # fmt: skip
WRITE_PARTS = ("confirmed", "superseded", "rejected", "waiting", "unknown")
LISTED = 100  # quarantine entries on a page
TREND = 30  # batches in the trend


@dataclass(frozen=True)
class Book:
    """One side of the books of one table: `total` and the parts that must add up to it."""

    system: str
    entity: str
    total: int
    parts: Mapping[str, int]

    @property
    def balances(self) -> bool:
        """Whether every record is accounted for."""
        return self.total == sum(self.parts.values())


@dataclass(frozen=True)
class Judged:
    """One rule and what became of it."""

    system: str
    entity: str
    rule: str
    column: str | None
    severity: str
    level: str
    owner: str
    meaning: Mapping[str, str]
    success: bool
    checked: int
    failed: int
    observed: str | None


@dataclass(frozen=True)
class Waiting:
    """One record in quarantine."""

    number: int
    side: str
    system: str
    entity: str
    key: str
    state: str
    causes: Sequence[Mapping[str, Any]]
    first_batch: int
    since: datetime


@dataclass(frozen=True)
class ChangeSet:
    """What was planned for one table."""

    number: int
    batch: int
    system: str
    entity: str
    state: str
    reason: str
    creates: int
    updates: int
    deletes: int
    why: Mapping[str, Any] | None = None  # the same reason in parts; see `guard.over`

    @property
    def writes(self) -> int:
        """All planned writes."""
        return self.creates + self.updates + self.deletes


@dataclass(frozen=True)
class Step:
    """One step and when it ran, in seconds after the batch began."""

    name: str
    system: str
    state: str
    tries: int
    start: float
    seconds: float | None
    error: str | None


@dataclass(frozen=True)
class Point:
    """One batch of the trend."""

    batch: int
    state: str
    read: int
    quarantined: int
    confirmed: int
    seconds: float | None


@dataclass(frozen=True)
class Report:
    """Everything on the page."""

    batch: int
    run_id: str
    lane: str
    scope: str
    state: str
    dry_run: bool
    systems: Sequence[str]
    started: datetime
    seconds: float | None
    error: str | None
    steps: Sequence[Step]
    reads: Sequence[Book]
    writes: Sequence[Book]
    compared: int
    conflicts_n: int
    held: Sequence[tuple[str, str, str]]  # system, entity, why
    stopped: Sequence[tuple[str, str, str, str]]  # system, entity, field, why
    rules: Sequence[Judged]
    quarantine: Sequence[Waiting]
    quarantine_counts: Sequence[tuple[str, str, int, int]]  # system, entity, open, of this batch
    parked: Sequence[tuple[str, str, int, datetime]]
    conflicts: Sequence[tuple[str, str, str, int, int]]  # entity, unit, kind, all, open
    change_sets: Sequence[ChangeSet]
    waiting: Sequence[tuple[str, str, int]]
    reviews: Sequence[tuple[str, int]]
    trend: Sequence[Point]
    made: datetime = field(compare=False)

    @property
    def read(self) -> int:
        """Records read in this batch."""
        return sum(b.total for b in self.reads)

    @property
    def planned(self) -> int:
        """Writes planned in this batch."""
        return sum(b.total for b in self.writes)

    def part(self, name: str) -> int:
        """A part of the books over all tables."""
        return sum(b.parts.get(name, 0) for b in (*self.reads, *self.writes))

    @property
    def tables_judged(self) -> int:
        """Tables that rules were judged on."""
        return len({(v.system, v.entity) for v in self.rules})

    @property
    def open_quarantine(self) -> int:
        """Records in quarantine, of all batches."""
        return sum(n for _, _, n, _ in self.quarantine_counts)

    @property
    def open_parked(self) -> int:
        """Records that wait for others, of all batches."""
        return sum(n for _, _, n, _ in self.parked)

    @property
    def held_sets(self) -> list[ChangeSet]:
        """Change sets that a person has to decide."""
        return [c for c in self.change_sets if c.state == "held"]

    @property
    def unfinished(self) -> int:
        """Writes of any batch that have not arrived and are not held."""
        held = sum(c.writes for c in self.held_sets)
        return max(0, sum(n for _, _, n in self.waiting) - held)


def collect(conn: Connection, batch_id: int) -> Report:
    """Read a batch. Raises ConcordError when there is none with this number."""
    row = _rows(conn, "batch", batch=batch_id)
    if not row:
        raise ConcordError(f"there is no batch {batch_id}")
    number, run_id, lane, scope, state, dry_run, systems, entities, started, ended, error = row[0]
    books = _books(_rows(conn, "counts", batch=batch_id), entities)
    held, stopped = _unused(_rows(conn, "extracts", batch=batch_id))
    sets = [ChangeSet(*r) for r in _rows(conn, "change_sets", batch=batch_id)]
    return Report(
        batch=number,
        run_id=run_id,
        lane=lane,
        scope=scope,
        state=state,
        dry_run=dry_run,
        systems=systems,
        started=started,
        seconds=_seconds(started, ended),
        error=error,
        steps=_steps(_rows(conn, "steps", batch=batch_id), started),
        reads=[_book(k, n, "read", READ_PARTS) for k, n in books.items() if "read" in n],
        writes=[_book(k, n, "planned", WRITE_PARTS) for k, n in books.items() if n.get("planned")],
        compared=sum(n.get("compared", 0) for n in books.values()),
        conflicts_n=sum(n.get("conflicts", 0) for n in books.values()),
        held=held,
        stopped=stopped,
        rules=[Judged(*r) for r in _rows(conn, "validations", batch=batch_id)],
        quarantine=[Waiting(*r) for r in _rows(conn, "quarantine", batch=batch_id, limit=LISTED)],
        quarantine_counts=_rows(conn, "quarantine_counts", batch=batch_id),
        parked=_rows(conn, "parked"),
        conflicts=_rows(conn, "conflicts", batch=batch_id),
        change_sets=sets,
        waiting=_rows(conn, "waiting"),
        reviews=_rows(conn, "reviews"),
        trend=_trend(_rows(conn, "trend", batch=batch_id, lane=lane, limit=TREND)),
        made=_now(conn),
    )


def _rows(conn: Connection, name: str, **values: Any) -> list[Any]:
    return conn.execute(statement("report", name), values or None).fetchall()


def _now(conn: Connection) -> datetime:
    row = conn.execute("SELECT clock_timestamp()").fetchone()
    assert row
    return row[0]  # type: ignore[no-any-return]


def _books(rows: list[Any], entities: Sequence[str]) -> dict[tuple[str, str], dict[str, int]]:
    """Counts by table, entities in the batch's own order; the golden model's come last."""
    order = {name: n for n, name in enumerate(entities)}
    rows = sorted(rows, key=lambda r: (r[0] == GOLDEN, r[0], order.get(r[1], len(order)), r[1]))
    books: dict[tuple[str, str], dict[str, int]] = {}
    for system, entity, name, n in rows:
        books.setdefault((system, entity), {})[name] = int(n)
    return books


def _book(
    key: tuple[str, str], counts: Mapping[str, int], total: str, parts: Sequence[str]
) -> Book:
    return Book(*key, counts.get(total, 0), {name: counts.get(name, 0) for name in parts})


def _unused(
    rows: list[Any],
) -> tuple[list[tuple[str, str, str]], list[tuple[str, str, str, str]]]:
    held = [
        (system, entity, _said(why, "entity", asked))
        for system, entity, why, _, asked in rows
        if why is not None
    ]
    stopped = [
        (system, entity, name, _said(str(why), name, asked))
        for system, entity, _, fields, asked in rows
        for name, why in sorted(fields.items())
    ]
    return held, stopped


def _said(why: str, subject: str, asked: Mapping[str, Any] | None) -> str:
    """A reason with what it was made of, where the question about it says the same."""
    kept = (asked or {}).get(subject) or {}
    return whole(kept) if kept.get("why") == why else why


def _steps(rows: list[Any], began: datetime) -> list[Step]:
    return [
        Step(name, system, state, tries, max(0.0, _span(began, start)), _seconds(start, end), error)
        for name, system, state, tries, start, end, error in rows
    ]


def _trend(rows: list[Any]) -> list[Point]:
    """Oldest first."""
    return [
        Point(batch, state, int(read), int(bad), int(done), _seconds(start, end))
        for batch, state, start, end, read, bad, done in reversed(rows)
    ]


def _seconds(start: datetime, end: datetime | None) -> float | None:
    return None if end is None else _span(start, end)


def _span(start: datetime, end: datetime) -> float:
    return (end - start) / timedelta(seconds=1)
