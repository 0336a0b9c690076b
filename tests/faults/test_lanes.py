"""A heavy batch of one lane holds up no other lane, wherever it stands.

The process of a standard batch is stopped in the middle of a step. A fast batch of other entities,
which refer to those of the standard one, has to go through meanwhile. Then the standard batch goes
on, and nothing is lost.
"""

from __future__ import annotations

import importlib
import os
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from concord.pipeline import guard, lease, locks, run_batch
from concord.pipeline.sending import Sending
from tests.faults.processes import Child
from tests.support.lanes import in_lanes, settle
from tests.support.world import World

rooms = {n: importlib.import_module(f"concord.pipeline.{n}") for n in ("extract", "golden")}

POINTS: dict[str, tuple[Any, str]] = {
    "planned, not committed": (guard, "judge"),  # first: then the plans are large enough to analyze
    "reading": (rooms["extract"], "_staged"),
    "images taken, not committed": (rooms["golden"], "compute"),
    "sent, not written": (Sending, "_mark_sent"),
}
NOTHING = {"planned": 0}  # of the system that has it already
LOOKED = 1.5  # seconds after which the other system has been looked at
RECORDS = 600  # enough for statistics to be refreshed, which takes locks as well


def stop_after(room: Any, name: str) -> None:
    """Arrange that this process stops itself the first time that it has passed the point."""
    act, first = getattr(room, name), iter([True])

    def standing(*given: Any, **options: Any) -> Any:
        done = act(*given, **options)
        if done != NOTHING and next(first, False):  # systems are read side by side
            # All threads stop. One that is just looking at the other system holds its lock.
            time.sleep(LOOKED)
            os.kill(os.getpid(), signal.SIGSTOP)
        return done

    setattr(room, name, standing)


def one_lock_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """The naive way: one batch at a time takes in and plans, and one at a time loads a system."""
    take, hold = locks.entities, lease.hold
    monkeypatch.setattr(locks, "entities", lambda engine, names: take(engine, ["everything"]))
    monkeypatch.setattr(lease, "hold", lambda engine, name: hold(engine, name.rsplit(":", 1)[0]))


def begin(world: World, lane: str, run_id: str, point: str | None = None) -> Child:
    """A batch of a lane in a process of its own, which stops after the point."""

    def work() -> None:
        if point is not None:
            stop_after(*POINTS[point])
        run_batch(world.fresh_engine(), lane=lane, run_id=run_id)

    return Child.run(work)


def standing(world: World, point: str, typed: int) -> Child:
    """Change every customer; a standard batch with all of that, which stands at the point."""
    world.erp("UPDATE customers SET name = split_part(name, ',', 1) || ', ' || %s::text", typed)
    heavy = begin(world, "standard", f"heavy/{typed}", point)
    assert heavy.wait_stopped(), point
    world.erp("UPDATE customer_contacts SET tel = %s", f"+44207946{typed:04d}")
    return heavy


@pytest.fixture
def laned(world: World) -> World:
    """Customers with contacts that both sides know, in lanes of their own, without limits."""
    in_lanes(world)
    for system in ("erp", "crm"):
        world.limit(system, count=10**6, deletes=10**6, first_load=10**6)
        world.config = world.engine.config
    world.erp(
        "INSERT INTO customers (name, kind, country_code, vat_no) SELECT 'Customer ' || n, 'O',"
        " 'GB', 'GB' || lpad(n::text, 9, '0') FROM generate_series(1, %s) AS n", RECORDS,
    )  # fmt: skip
    world.erp(
        "INSERT INTO customer_contacts (customer_code, full_name) SELECT customer_code, 'Ann'"
        " FROM customers"
    )
    settle(world)
    assert world.crm("SELECT count(*) FROM person") == [(RECORDS,)]
    return world


def test_a_heavy_batch_that_stands_still_holds_up_no_other_lane(
    laned: World,
    monkeypatch: pytest.MonkeyPatch,
    scale: Callable[[int, int], int],
    figure: Callable[..., None],
) -> None:
    took = []
    for n, point in enumerate(POINTS):
        heavy = standing(laned, point, n)
        begun = time.monotonic()
        light = begin(laned, "fast", f"light/{n}")
        assert light.wait(60) == 0, point
        took.append(time.monotonic() - begun)
        seen = laned.crm("SELECT DISTINCT work_phone FROM person")
        heavy.go_on()
        assert heavy.wait(120) == 0, point
        assert seen == [(f"+44207946{n:04d}",)], point
        settle(laned)
        names = laned.crm("SELECT DISTINCT split_part(account_name, ', ', 2) FROM account")
        assert names == [(str(n),)], point
    one_lock_for_all(monkeypatch)
    naive = list(POINTS)[: scale(1, len(POINTS))]
    stuck = [_stuck(laned, point, n, 3 * max(took)) for n, point in enumerate(naive, len(POINTS))]
    settle(laned)
    assert laned.batch("nightly")["planned"] == 0
    figure(
        "18 lanes", stops=len(POINTS), longest_light_batch=f"{max(took):.1f} s",
        naive_held_up=sum(stuck),
    )  # fmt: skip
    assert stuck == [point != "reading" for point in naive]  # which takes no lock in either way


def _stuck(world: World, point: str, n: int, seconds: float) -> bool:
    """Whether a fast batch still runs after so long; then everything goes on."""
    heavy = standing(world, point, n)
    light = begin(world, "fast", f"light/{n}")
    end = time.monotonic() + seconds
    while light.alive() and time.monotonic() < end:
        time.sleep(0.05)
    stuck = light.alive()
    heavy.go_on()
    assert heavy.wait(120) == light.wait(120) == 0
    return stuck


def test_batches_of_one_lane_exclude_each_other(laned: World) -> None:
    heavy = standing(laned, "images taken, not committed", 0)
    other = begin(laned, "standard", "beside")
    time.sleep(3)
    waiting = other.alive()
    heavy.go_on()
    assert heavy.wait(120) == other.wait(120) == 0
    assert waiting
    settle(laned)
    assert laned.batch("nightly")["planned"] == 0
