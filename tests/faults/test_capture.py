"""1: capture beside many long transactions: what each way finds, and what the usual ways lose."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from concord.systems.protocol import Position, Row
from tests.support.shop import TABLE, Shop, without_slot

WRITERS = 6
SETUP = """
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN NEW.updated_at := now(); RETURN NEW; END$$;
CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON customers
    FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TABLE naive_log (id bigserial PRIMARY KEY, code text NOT NULL);
CREATE FUNCTION naive_log() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN INSERT INTO naive_log (code) SELECT coalesce(NEW.code, OLD.code); RETURN NULL; END$$;
CREATE TRIGGER naive_log AFTER INSERT OR UPDATE OR DELETE ON customers
    FOR EACH ROW EXECUTE FUNCTION naive_log();
"""


@pytest.fixture
def shop(pg: Any) -> Iterator[Shop]:
    """A database with a change log, a replication slot, time stamps and a log by serial number."""
    name = pg.name("capture")
    shop = Shop(pg.create(name), pg.url("postgres"))
    shop.sql(TABLE)
    shop.sql(SETUP)
    shop.mapping = shop.mapping.model_copy(update={"modified": "updated_at"})
    for capture in ("log", "logical"):
        shop.variant(capture=capture).prepare()
    yield shop
    without_slot(shop.url)
    pg.drop(name)


@dataclass
class Person:
    """Somebody who works in long transactions; the journal says what was committed."""

    shop: Shop
    seed: int
    seconds: tuple[float, float]  # a transaction's shortest and longest duration
    rows: int  # changed in one transaction
    committed: set[tuple[str, str]] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    changes: int = 0
    rollbacks: int = 0
    longest: float = 0.0
    _live: set[str] = field(default_factory=set)

    def work(self, until: float) -> None:
        """One transaction after another."""
        rng = random.Random(self.seed)
        with self.shop.connect() as conn:
            while time.monotonic() < until:
                begun, lasts = time.monotonic(), rng.uniform(*self.seconds)
                mine: dict[str, str | None] = {}
                for n in range(self.rows):
                    self._change(conn, rng, mine)
                    if n % 10 == 9:
                        time.sleep(max(0.0, begun + lasts * n / self.rows - time.monotonic()))
                time.sleep(max(0.0, begun + lasts - time.monotonic()))
                if rng.random() < 0.02:
                    conn.rollback()
                    self.rollbacks += 1
                else:
                    conn.commit()
                    self._note(mine)
                self.longest = max(self.longest, time.monotonic() - begun)

    def _change(self, conn: Any, rng: random.Random, mine: dict[str, str | None]) -> None:
        """Insert, update, delete, or give another key."""
        self.changes += 1
        live = sorted((self._live | mine.keys()) - {c for c, n in mine.items() if n is None})
        what, name = rng.random(), f"{self.seed}.{self.changes}"
        fresh = f"{self.seed}-{self.changes}"
        if what < 0.6 or not live:
            conn.execute("INSERT INTO customers (code, name) VALUES (%s, %s)", (fresh, name))
            mine[fresh] = name
            return
        code = rng.choice(live)
        if what < 0.85:
            conn.execute("UPDATE customers SET name = %s WHERE code = %s", (name, code))
            mine[code] = name
        elif what < 0.95:
            conn.execute("DELETE FROM customers WHERE code = %s", (code,))
            mine[code] = None
        else:
            conn.execute(
                "UPDATE customers SET code = %s, name = %s WHERE code = %s", (fresh, name, code)
            )
            mine |= {code: None, fresh: name}

    def _note(self, mine: dict[str, str | None]) -> None:
        for code, name in mine.items():
            if name is None:
                self._live.discard(code)
                self.deleted.add(code)
            else:
                self._live.add(code)
                self.committed.add((code, name))


@dataclass
class Captured:
    """A copy kept by one of Concord's ways of capture."""

    shop: Shop
    copy: dict[str, Row] = field(default_factory=dict)
    seen: set[tuple[str, str | None]] = field(default_factory=set)
    since: Position = field(init=False)

    def __post_init__(self) -> None:
        self.since = self.shop.position()

    def poll(self) -> None:
        """Read on from the last position, which was committed meanwhile."""
        self.shop.system.release([self.since])
        self.since = self.shop.read_on(self.since, self.copy)
        self.seen |= set(self.state().items())

    def state(self) -> dict[str, str | None]:
        """Key -> name, as the copy has it."""
        return {code: row.values["name"] for code, row in self.copy.items()}


@dataclass
class Naive:
    """A copy kept by what is usual: everything after the largest value seen."""

    shop: Shop
    query: str  # (value, code, name) after a value
    last: Any
    copy: dict[str, str | None] = field(default_factory=dict)

    def poll(self) -> None:
        """Read on from the largest value."""
        for value, code, name in self.shop.sql(self.query, self.last):
            self.last = max(self.last, value)
            if name is None:
                self.copy.pop(code, None)
            else:
                self.copy[code] = name

    def state(self) -> dict[str, str | None]:
        """Key -> name, as the copy has it."""
        return self.copy


def by_time_stamp(shop: Shop) -> Naive:
    query = "SELECT updated_at, code, name FROM customers WHERE updated_at > %s"
    return Naive(shop, query, shop.sql("SELECT now()")[0][0])


def by_serial(shop: Shop) -> Naive:
    query = (
        "SELECT l.id, l.code, c.name FROM naive_log AS l LEFT JOIN customers AS c USING (code)"
        " WHERE l.id > %s"
    )
    return Naive(shop, query, 0)


def hold_open(shop: Shop, seconds: float) -> None:
    """One who commits after everybody else has gone on, and one who thinks better of it."""
    with shop.connect() as late, shop.connect() as never:
        for conn, code in ((late, "late"), (never, "never")):
            conn.execute("INSERT INTO customers (code, name) VALUES (%s, 'x')", (code,))
        time.sleep(seconds)
        late.commit()
        never.rollback()


def run(people: list[Person], readers: list[Any], hold: Callable[[], None], seconds: float) -> None:
    """Everybody at once until the time is over, then one last look each."""
    quiet, begun = threading.Event(), time.monotonic()

    def follow(reader: Any) -> None:
        while not quiet.is_set():
            reader.poll()
            time.sleep(0.1)
        reader.poll()

    with ThreadPoolExecutor(len(people) + len(readers) + 1) as pool:
        following = [pool.submit(follow, reader) for reader in readers]
        working = [pool.submit(p.work, begun + seconds) for p in people]
        working.append(pool.submit(hold))
        try:
            for task in working:
                task.result()
        finally:
            quiet.set()
        for task in following:
            task.result()


def lost(truth: dict[str, str], state: dict[str, str | None]) -> int:
    """Records that are missing or not as they are."""
    return sum(state.get(code) != name for code, name in truth.items())


def test_every_way_of_capture_finds_all_that_was_committed_and_nothing_else(
    shop: Shop, scale: Callable[[Any, Any], Any], figure: Callable[..., None]
) -> None:
    durations = scale((0.05, 0.45), (1.0, 9.0))
    people = [Person(shop, n, durations, scale(20, 90)) for n in range(WRITERS)]
    whole = {c: Captured(shop.variant(capture=c)) for c in ("log", "logical")}
    stamp = Captured(shop.variant(capture="timestamp", overlap_minutes=1))
    short = Captured(shop.variant(capture="timestamp", overlap_minutes=0))
    naive = {"time stamp": by_time_stamp(shop), "serial": by_serial(shop)}
    held = scale(1.0, 9.0)
    run(
        people,
        [*whole.values(), stamp, short, *naive.values()],
        lambda: hold_open(shop, held),
        scale(2.5, 110.0),
    )
    truth: dict[str, str] = dict(shop.sql("SELECT code, name FROM customers"))
    committed = {("late", "x")}.union(*(p.committed for p in people))
    deleted = set().union(*(p.deleted for p in people))
    changes = sum(p.changes for p in people)
    assert committed >= truth.items(), "the people's journal is wrong"
    assert changes >= scale(200, 7_000), "too little was done to prove anything"

    said = {
        "rows": changes,
        "seconds": f"{durations[0]:g}-{max(held, *(p.longest for p in people)):.1f}",
        "rollbacks": 1 + sum(p.rollbacks for p in people),
        "naive_time_stamp_lost": lost(truth, naive["time stamp"].state()),
        "naive_serial_lost": lost(truth, naive["serial"].state()),
    }
    assert said["naive_time_stamp_lost"] >= 1
    assert said["naive_serial_lost"] >= 1
    for way, reader in whole.items():
        phantoms = len(reader.seen - committed) + len(reader.state().keys() - truth.keys())
        figure(f"1 capture by {way}", lost=lost(truth, reader.state()), phantoms=phantoms, **said)
        assert lost(truth, reader.state()) == 0
        assert phantoms == 0

    # By time stamp: nothing lost while the overlap is longer than the longest transaction, and
    # deletions alone are not seen.
    longest = max(held, *(p.longest for p in people))
    assert longest < 60
    unseen = stamp.state().keys() - truth.keys()
    figure(
        "1 capture by timestamp, overlap 60 s",
        lost=lost(truth, stamp.state()),
        phantoms=len(stamp.seen - committed),
        deletions_unseen=f"{len(unseen)} of {len(deleted)}",
        lost_with_overlap_0=lost(truth, short.state()),
        **said,
    )
    assert lost(truth, stamp.state()) == 0
    assert stamp.seen <= committed
    assert unseen <= deleted
    assert lost(truth, short.state()) >= 1
