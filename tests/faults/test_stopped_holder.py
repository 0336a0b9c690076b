"""A load that stands still past its lease writes nothing when it goes on.

The loading process is stopped in the middle of its work. Another attempt, or another batch, takes
over and ends; people go on typing on both sides. Then the first process is continued, and neither
system may hold anything else than before.
"""

from __future__ import annotations

import importlib
import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest

from concord.pipeline import batch as batch_room
from concord.pipeline import begin, extract, finish, lease, load, run_batch, unify, validate
from concord.pipeline import confirm as confirm_room
from concord.pipeline.sending import Sending
from concord.systems.postgres.apply import Apply
from concord.systems.postgres.writer import PostgresWriter
from tests.faults.processes import Child
from tests.support.world import World

load_room = importlib.import_module("concord.pipeline.load")

POINTS: dict[str, tuple[Any, str] | None] = {
    "sent, not written": (Sending, "_mark_sent"),
    "written, not committed": (Apply, "_remember"),
    "any moment": None,
    "committed, not stored": (PostgresWriter, "apply"),
    "stored, not committed": (confirm_room.statistics, "refresh"),
    "lease taken": (lease, "_take"),
}
PHONES = {
    "erp": "SELECT vat_no, phone FROM customers ORDER BY 1",
    "crm": "SELECT tax_number, phone_number FROM account ORDER BY 1",
}
TYPE = {
    "erp": "UPDATE customers SET phone = %s WHERE vat_no = %s",
    "crm": "UPDATE account SET phone_number = %s WHERE tax_number = %s",
}


@dataclass
class People:
    """Who types telephone numbers on both sides; `last` is what each record was given last."""

    world: World
    last: dict[str, str] = field(default_factory=dict)
    _typed: int = 0

    def type(self, system: str, numbers: list[str], old: dict[str, str] | None = None) -> None:
        """Give each record a number that no other has ever had, or its `old` one again.

        Ends at a record that is locked.
        """
        with psycopg.connect(self.world.urls[system], autocommit=True) as conn:
            conn.execute("SET lock_timeout = '200ms'")
            for number in numbers:
                self._typed += 1
                phone = old[number] if old else f"+4420{70_000_000 + self._typed}"
                try:
                    conn.execute(TYPE[system], (phone, number))
                except psycopg.errors.LockNotAvailable:
                    return
                self.last[number] = phone


def stop_after(point: str) -> None:
    """Arrange that this process stops itself once it has passed the point."""
    if POINTS[point] is None:
        return
    room, name = POINTS[point]
    act = getattr(room, name)

    def standing(*given: Any) -> Any:
        done = act(*given)
        os.kill(os.getpid(), signal.SIGSTOP)
        return done

    setattr(room, name, standing)


def phones(world: World) -> dict[str, dict[str, str]]:
    """What the two systems hold: record -> telephone number."""
    return {"erp": dict(world.erp(PHONES["erp"])), "crm": dict(world.crm(PHONES["crm"]))}


def planned(world: World, run_id: str) -> int:
    batch = begin(world.engine, lane="fast", run_id=run_id)
    for system in ("erp", "crm"):
        extract(world.engine, batch, system)
    validate(world.engine, batch)
    unify(world.engine, batch)
    return batch


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leases and patience of a second, for all processes of the test."""
    monkeypatch.setattr(lease, "SECONDS", 1)
    monkeypatch.setattr(batch_room, "SILENCE", 1)
    monkeypatch.setattr(batch_room, "LOOK", 1)
    monkeypatch.setattr(load_room, "STANDSTILL", 1)


@pytest.mark.usefixtures("quick")
def test_a_holder_that_was_stopped_past_its_lease_writes_nothing(
    world: World, scale: Callable[[int, int], int], figure: Callable[..., None]
) -> None:
    rounds, records = scale(2, 40), scale(9, 60)
    rng = random.Random(5)
    for n in range(records):
        world.customer(f"Customer {n:03d}", vat_no=f"GB{n:09d}", phone="+442079460000")
    world.settle()
    people, stopped, stale, longest = People(world), 0, 0, 0.0
    numbers = list(phones(world)["erp"])
    while stopped < rounds:
        point = list(POINTS)[stopped % len(POINTS)]
        old = phones(world)["crm"]
        people.type("erp", numbers)
        batch = planned(world, f"round/{time.monotonic_ns()}")

        def work(point: str = point, batch: int = batch) -> None:
            stop_after(point)
            load(world.fresh_engine(), batch, "crm")

        child = Child.run(work)
        if POINTS[point] is None:
            time.sleep(rng.uniform(0, 0.25))
            child.stop()
        if child.wait_stopped():
            stopped += 1
            people.type("crm", numbers[::3])
            begun = time.monotonic()
            if (stopped + stopped // len(POINTS)) % 2:
                people.type("erp", numbers[2::3])  # what was planned is never written
                run_batch(world.engine, lane="fast", run_id=f"beside/{stopped}")
            else:
                load(world.engine, batch, "crm")
            longest = max(longest, time.monotonic() - begun)
            people.type("crm", numbers[1::3])
            people.type("crm", numbers[2::3], old)  # which the first one's writes are based on
            before = phones(world)
            child.go_on()
            child.wait(60)
            after = phones(world)
            stale += sum(after[s][n] != before[s][n] for s in before for n in numbers)
        for system in ("crm", "erp"):
            load(world.engine, batch, system)
        finish(world.engine, batch)
        world.settle()
        assert phones(world) == {"erp": people.last, "crm": people.last}, point
    overwritten = sum(naive_round(world) for _ in range(rounds))
    figure(
        "5 stopped holder", stops=stopped, stale_writes=stale,
        longest_wait=f"{longest:.1f} s", naive_stale_writes=overwritten,
    )  # fmt: skip
    assert stale == 0
    assert overwritten == rounds


def naive_round(world: World) -> bool:
    """The same with a lease that alone keeps others off; whether a person's number was lost."""
    world.crm("DROP TABLE IF EXISTS naive")
    world.crm("CREATE TABLE naive AS SELECT now() - interval '1 day' AS expires, 'old' AS phone")
    take = (
        "UPDATE naive SET expires = clock_timestamp() + interval '0.2 s'"
        " WHERE expires < clock_timestamp() RETURNING expires"
    )

    def copy(phone: str, pause: Callable[[], object]) -> None:
        while not world.crm(take):
            time.sleep(0.02)
        pause()
        world.crm("UPDATE naive SET phone = %s", phone)

    child = Child.run(lambda: copy("first", lambda: os.kill(os.getpid(), signal.SIGSTOP)))
    assert child.wait_stopped()
    copy("second", lambda: None)
    world.crm("UPDATE naive SET phone = 'typed by a person'")
    child.go_on()
    assert child.wait(20) == 0
    return world.one("crm", "SELECT phone FROM naive") != "typed by a person"
