"""Writing back to a web service that loses replies, answers late or not at all, while we die.

Judged by the two systems alone: every customer typed into the ERP stands in the CRM exactly once,
and is the one that later changes go to. Customers have no match key, so that nothing but the
binding of our own creates can tell which record is which.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from concord.errors import SystemUnavailable
from concord.model.spec import Config, EntityMapping
from concord.pipeline import begin, extract, finish, load, run_batch, unify, validate
from concord.systems.http.client import Unanswered
from concord.systems.http.records import row
from concord.systems.protocol import Fence, Outcome, Shape, Write
from tests.faults.hostile.hands import Hostile
from tests.faults.hostile.system import HostileSystem, HostileWriter, columns
from tests.faults.hostile.world import HostileWorld
from tests.faults.processes import Child

RATES = {
    "reply_lost": 0.03,
    "late": 0.01,
    "away": 0.02,
    "busy": 0.005,
    "cut": 0.005,
    "skew": -7_200,
}


@pytest.fixture
def crm(config: Config) -> Iterator[Hostile]:
    service = Hostile.crm(config)
    yield service
    service.stop()


@pytest.fixture
def world(
    config: Config, hub: Any, sandbox_urls: dict[str, str], no_suites: Any, crm: Hostile
) -> HostileWorld:
    made = HostileWorld(config, hub, sandbox_urls, no_suites, service=crm)
    made.widen()
    return made


def type_customers(world: HostileWorld, first: int, n: int) -> None:
    """Customers first ... first + n - 1 in the ERP: a name and a website, no match key."""
    world.erp(
        "INSERT INTO customers (name, kind, country_code, website)"
        " SELECT 'Customer ' || k, 'O', 'GB', 'https://c' || k || '.example'"
        " FROM generate_series(%s::int, %s::int) AS k",
        first,
        first + n - 1,
    )


def planned(world: HostileWorld, run_id: str) -> int:
    """A batch that has come up to its load."""
    batch = begin(world.engine, lane="fast", run_id=run_id)
    for system in ("erp", "crm"):
        extract(world.engine, batch, system)
    validate(world.engine, batch)
    unify(world.engine, batch)
    return batch


@dataclass
class Killer:
    """Runs loads in processes and kills them after a random number of requests."""

    world: HostileWorld
    crm: Hostile
    rng: random.Random
    kills: int = 0
    whole: bool = True  # whole new batches come in between

    def load(self, batch: int, kills: int) -> None:
        """Load a batch, killed this often on the way."""
        until = self.kills + kills
        runs = count(1)
        while self.kills < until:
            if self.whole and self.rng.random() < 0.2:
                name = f"between/{batch}/{next(runs)}"
                self._run(lambda name=name: self._batch(name), self.rng.randint(1, 60))
            else:
                self._run(lambda: self._load(batch), self.rng.randint(5, 90))
        while Child.run(lambda: self._load(batch)).wait():
            continue
        load(self.world.engine, batch, "erp")
        finish(self.world.engine, batch)

    def _run(self, work: Callable[[], object], requests: int) -> None:
        from_here = self.crm.requests
        child = Child.run(work)
        while child.alive() and self.crm.requests < from_here + requests:
            time.sleep(0.001)
        if child.alive():
            child.kill()
            self.kills += 1

    def _load(self, batch: int) -> None:
        try:
            load(self.world.fresh_engine(), batch, "crm")
        except SystemUnavailable:  # the service left several writes in a row unanswered
            raise SystemExit(1) from None

    def _batch(self, run_id: str) -> None:
        run_batch(self.world.fresh_engine(), lane="fast", run_id=run_id)


def doubled(crm: Hostile) -> int:
    """Records too many, by name."""
    names = Counter(r["account_name"] for r in crm.records("account"))
    return sum(n - 1 for n in names.values())


def lost(world: HostileWorld, crm: Hostile) -> int:
    """Customers that are not in the CRM."""
    there = {r["account_name"] for r in crm.records("account")}
    return sum(name not in there for (name,) in world.erp("SELECT name FROM customers"))


def wrongly_bound(world: HostileWorld, crm: Hostile) -> int:
    """Records that do not follow when every customer is renamed after the website it has."""
    world.erp("UPDATE customers SET name = 'Renamed ' || substr(website, 9)")
    world.settle(12)
    return sum(
        r["account_name"] != f"Renamed {r['web'].removeprefix('https://')}"
        for r in crm.records("account")
    )


class PlainRetry(HostileWriter):
    """Naive: what was not answered is sent again, without a key."""

    fenced = True

    def apply(self, mapping: EntityMapping, writes: Sequence[Write], shape: Shape) -> list[Outcome]:
        return [self._made(mapping, write, shape) for write in writes]

    def look_up(
        self, mapping: EntityMapping, keys: Sequence[UUID], shape: Shape
    ) -> dict[UUID, Outcome]:
        return {}

    def _made(self, mapping: EntityMapping, write: Write, shape: Shape) -> Outcome:
        for _ in range(5):
            made = self._there(mapping, write)
            if made is None:
                try:
                    made = self.client.send("POST", f"/{mapping.table}", dict(write.new)).body
                except Unanswered:
                    continue
            names = columns(mapping, shape)
            return Outcome(write.key, "confirmed", made["id"], row(made, made["id"], names))
        return Outcome(write.key, "unknown")

    def _there(self, mapping: EntityMapping, write: Write) -> Any:
        return None


class LookThenCreate(PlainRetry):
    """Naive: looks for the name, and creates when it is not there, without a key."""

    def _there(self, mapping: EntityMapping, write: Write) -> Any:
        found = self.client.read(
            f"/{mapping.table}/find", {"account_name": str(write.new["account_name"])}
        )
        return found.body["items"][0] if found.body["items"] else None


class WithoutFence(HostileWriter):
    """Naive: takes a key that is not found for a write that never happens."""

    fenced = True


def naive(writer: type[HostileWriter]) -> type[HostileSystem]:
    """The adapter with another writer."""

    class Naive(HostileSystem):
        @contextmanager
        def writer(self, fence: Fence) -> Iterator[HostileWriter]:
            with self.client() as client:
                yield writer(client)

    return Naive


@pytest.mark.parametrize("writer", [PlainRetry, LookThenCreate])
def test_without_a_key_creates_are_doubled(
    world: HostileWorld,
    crm: Hostile,
    scale: Callable[[int, int], int],
    figure: Callable[..., None],
    writer: type[HostileWriter],
) -> None:
    n, kills = scale(150, 2_000), scale(1, 20)
    world.adapter = naive(writer)
    world.engine = world.fresh_engine()
    crm.behave(seed=4, **RATES | {"late": 0.03 if n < 1_000 else RATES["late"]})
    type_customers(world, 0, n)
    batch = planned(world, "naive")
    killer = Killer(world, crm, random.Random(4), whole=False)
    killer.load(batch, kills)
    time.sleep(1)  # for those that are late
    figure(
        f"4 hostile API, naive: {writer.__name__}",
        creates=n,
        kills=killer.kills,
        naive_doubled=doubled(crm),
    )
    assert doubled(crm) > 0


def overtaken_create(world: HostileWorld, crm: Hostile) -> list[str]:
    """A create is on its way for long, its customer is renamed, and then it arrives.

    Returns the names in the CRM once all is quiet.
    """
    type_customers(world, 1, 1)
    crm.behave(held=True)
    world.batch()
    assert crm.records("account") == []
    crm.behave()
    world.erp("UPDATE customers SET name = 'Renamed'")
    world.batch()
    crm.ask("release")
    time.sleep(0.2)
    world.settle()
    return [r["account_name"] for r in crm.records("account")]


def test_a_create_that_arrives_after_its_plan_was_changed_makes_no_second_record(
    world: HostileWorld, crm: Hostile
) -> None:
    assert overtaken_create(world, crm) == ["Renamed"]
    assert world.unsettled() == 0
    assert world.erp("SELECT name FROM customers") == [("Renamed",)]


def test_a_key_that_is_not_found_yet_is_taken_for_final_only_at_a_cost(
    world: HostileWorld, crm: Hostile
) -> None:
    world.adapter = naive(WithoutFence)
    world.engine = world.fresh_engine()
    assert len(overtaken_create(world, crm)) > 1


def test_creates_reach_a_hostile_service_exactly_once(
    world: HostileWorld,
    crm: Hostile,
    scale: Callable[[int, int], int],
    figure: Callable[..., None],
) -> None:
    waves, wave, kills = scale(1, 10), scale(200, 1_000), scale(4, 10)
    killer = Killer(world, crm, random.Random(4))
    crm.behave(seed=4, **RATES)
    for n in range(waves):
        type_customers(world, n * wave, wave)
        killer.load(planned(world, f"wave/{n}"), kills)
    batches = world.settle(12)
    counts = {
        "creates": waves * wave,
        "kills": killer.kills,
        "doubled": doubled(crm),
        "lost": lost(world, crm),
        "left_unknown": world.unsettled(),
        "wrongly_bound": wrongly_bound(world, crm),
    }
    faults = crm.faults()
    figure("4 hostile API", **counts, replies_lost=faults["reply lost"], late=faults["late"])
    assert batches[-1].get("planned") == 0
    assert faults["reply lost"] >= 0.02 * waves * wave
    assert counts == {
        "creates": waves * wave,
        "kills": waves * kills,
        "doubled": 0,
        "lost": 0,
        "left_unknown": 0,
        "wrongly_bound": 0,
    }
    assert world.one("erp", "SELECT count(*) FROM customers") == waves * wave
