"""How things stand now: freshness against its target, what is open and at stake, throughput."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import Config, Lane

Tone = Literal["good", "wait", "bad", "open"]

TREND_DAYS = 30
NEWEST = 60  # batches in the throughput


@dataclass(frozen=True)
class Fresh:
    """How old what the hub knows of a system is, by one lane. `target`: what is still in order."""

    lane: str
    system: str
    batch: int | None
    as_of: datetime | None
    age: timedelta | None
    target: timedelta

    @property
    def late(self) -> bool:
        """Whether the target is missed. A lane that never ran is not late, it has not begun."""
        return self.age is not None and self.age > self.target


@dataclass(frozen=True)
class Last:
    """The newest batch of a lane."""

    lane: str
    batch: int
    state: str
    started: datetime
    ended: datetime | None
    error: str | None


@dataclass(frozen=True)
class Open:
    """One kind of open problem. `money` is at stake in the company's currency, None if unknown."""

    kind: str
    what: tuple[str, ...]
    count: int
    money: Decimal | None
    unpriced: int
    oldest: datetime | None
    path: str


@dataclass(frozen=True)
class Pace:
    """One batch of the throughput."""

    batch: int
    lane: str
    state: str
    started: datetime
    ended: datetime | None
    read: int
    accepted: int
    quarantined: int
    confirmed: int


@dataclass(frozen=True)
class Proof:
    """The newest certificate of a kind."""

    number: int
    kind: str
    verdict: str
    at: datetime
    batch: int


@dataclass(frozen=True)
class Now:
    """Everything on the first page."""

    at: datetime
    fresh: Sequence[Fresh]
    last: Sequence[Last]
    problems: Sequence[Open]
    proofs: Sequence[Proof]
    trend: Sequence[tuple[date, int]]
    pace: Sequence[Pace]

    @property
    def verdict(self) -> tuple[str, Tone]:
        """The headline's key and tone: the worst that is known."""
        if not self.last:
            return "now.nothing", "open"
        if any(one.state == "failed" for one in self.last):
            return "now.failed", "bad"
        if self.fresh and all(one.age is None for one in self.fresh):
            return "now.first", "open"
        if any(one.late for one in self.fresh):
            return "now.late", "bad"
        if any(proof.verdict == "bad" for proof in self.proofs):
            return "now.unproven", "bad"
        if self.count("held", "unknown"):
            return "now.held", "wait"
        if self.problems:
            return "now.except", "wait"
        return "now.agree", "good"

    def count(self, *kinds: str) -> int:
        """Open problems of some kinds."""
        return sum(one.count for one in self.problems if one.kind in kinds)


def now(conn: Connection, config: Config) -> Now:
    """How things stand."""
    at = conn.execute("SELECT clock_timestamp()").fetchone()
    assert at
    lanes = [lane.name for lane in config.lanes]
    last = [Last(*row) for row in _rows(conn, "last_batches", lanes=lanes)]
    return Now(
        at=at[0],
        fresh=freshness(conn, config, at[0]),
        last=last,
        problems=problems(conn),
        proofs=proofs(conn),
        trend=_rows(conn, "quarantine_trend", days=TREND_DAYS),
        pace=[Pace(*row) for row in _rows(conn, "throughput", batches=NEWEST)],
    )


def freshness(conn: Connection, config: Config, at: datetime) -> list[Fresh]:
    """Each lane and system, lanes in their own order."""
    targets = {lane.name: target(lane) for lane in config.lanes}
    rows = _rows(conn, "freshness", lanes=list(targets), systems=[s.name for s in config.systems])
    return [
        Fresh(lane, system, batch, start, None if start is None else at - start, targets[lane])
        for lane, system, batch, start, _ in rows
    ]


def target(lane: Lane) -> timedelta:
    """How old a lane's last good batch may be: one interval of its schedule, and its deadline."""
    return interval(lane.schedule) + timedelta(minutes=lane.deadline_minutes)


def interval(schedule: str) -> timedelta:
    """The longest usual time between two starts of a cron schedule; five fields."""
    minute, hour, day, _, weekday = schedule.split()
    if weekday != "*":
        return timedelta(days=3 if "-" in weekday else 7)
    if day != "*":
        return timedelta(days=31)
    if hour != "*":
        return timedelta(hours=_step(hour, 24))
    return timedelta(minutes=_step(minute, 60))


def _step(field: str, whole: int) -> int:
    """`*` -> 1, `*/15` -> 15, `0,30` -> half of the whole, `7` -> the whole."""
    if field == "*":
        return 1
    head, _, step = field.partition("/")
    return int(step) if step and head == "*" else max(1, whole // len(field.split(",")))


def problems(conn: Connection) -> list[Open]:
    """What is open, what costs most first."""
    found: list[Open] = []
    (held,) = _rows(conn, "held")
    if held[0]:
        found.append(
            Open("held", (), held[0], held[2], int(held[3]), held[4], "/reviews?kind=change_set")
        )
    for state, n, money, oldest in _rows(conn, "on_their_way"):
        kind = "unknown" if state == "unknown" else "way"
        found.append(Open(kind, (state,), n, money, 0, oldest, "/runs"))
    for system, entity, side, n, money, oldest in _rows(conn, "open_quarantine"):
        path = f"/quarantine?system={system}&entity={entity}"
        found.append(Open("quarantine", (system, entity, side), n, money, 0, oldest, path))
    for kind, n, money, oldest in _rows(conn, "open_reviews"):
        if kind != "change_set":
            found.append(Open("review", (kind,), n, money, 0, oldest, f"/reviews?kind={kind}"))
    for system, entity, n, oldest in _rows(conn, "parked"):
        found.append(Open("parked", (system, entity), n, None, 0, oldest, "/runs"))
    return sorted(found, key=lambda one: (-(one.money or 0), one.kind == "parked", -one.count))


def proofs(conn: Connection) -> list[Proof]:
    """The newest certificate of each kind."""
    rows = conn.execute(
        "SELECT c.number, c.kind, c.verdict, c.at, c.batch_id"
        " FROM (VALUES ('completeness'), ('tie')) AS k(kind)"
        " CROSS JOIN LATERAL (SELECT * FROM ops.certificate AS c WHERE c.kind = k.kind"
        " ORDER BY c.number DESC LIMIT 1) AS c ORDER BY c.kind"
    ).fetchall()
    return [Proof(*row) for row in rows]


def _rows(conn: Connection, name: str, **values: Any) -> list[Any]:
    return conn.execute(statement("insight", name), values or None).fetchall()
