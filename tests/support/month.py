"""A company at work for days: people on both sides, the lanes beside them, and faults in the lanes.

The people and every batch have a process of their own. The fast lane never rests; a standard batch
runs beside it now and then. People wait for the next fast batch at the end of some of their rounds,
and do not at the end of others.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from concord.errors import Transient
from concord.model.spec import Limits
from concord.pipeline import run_batch
from concord.sandbox.business import seed_business
from concord.sandbox.play import play
from concord.sandbox.seed import seed
from tests.faults.processes import Child
from tests.support import broken_calls
from tests.support.world import World

STANDARD_EVERY = 4  # fast batches
DONE, GONE, BROKEN = 0, 3, 1
PATIENCE = 600
FINISHED = (
    "SELECT EXISTS (SELECT FROM ops.batch WHERE lane = 'fast' AND state = 'done'"
    " AND started_at > %s::timestamptz)"
)


@dataclass
class Month:
    """Days of a company. `chance`: of each kind of fault at each call of a step."""

    world: World
    chance: float
    rng: Random
    log: Path
    batches: Counter[str] = field(default_factory=Counter)
    ended: Counter[int] = field(default_factory=Counter)
    _calls: Any = field(default_factory=lambda: multiprocessing.Value("i", 0))
    _usual: dict[str, int] = field(default_factory=dict)
    _again: dict[str, str] = field(default_factory=dict)

    def open(self, customers: int, products: int) -> None:
        """Fill both sides, without limits, and carry everything over in peace."""
        world, wide = self.world, Limits(count=10**9, share=1.0, deletes=10**9)
        systems = tuple(s.model_copy(update={"limits": wide}) for s in world.config.systems)
        world.config = world.config.model_copy(update={"systems": systems})
        world.engine = world.fresh_engine()
        truth = self.log.parent / "truth.csv"
        seed(world.urls["erp"], world.urls["crm"], customers=customers, truth_path=truth)
        seed_business(world.urls["erp"], products=products)
        for lane in ("standard", "fast", "standard", "fast"):
            world.batch(lane)

    def go_by(self, days: int, orders_per_day: float, rounds: int, **more: Any) -> None:
        """Play the days that end today, with both lanes at work."""
        first = date.today() - timedelta(days=days - 1)
        people = Child.run(
            partial(
                play, self.world.urls["erp"], self.world.urls["crm"], days=days, start=first,
                orders_per_day=orders_per_day, rounds=rounds, between_rounds=self._wait, **more,
            )
        )  # fmt: skip
        running: dict[str, Child] = {}
        while people.alive():
            self._start(running, "fast")
            if self.batches["fast"] % STANDARD_EVERY == 1:
                self._start(running, "standard")
            self._collect(running)
            time.sleep(0.02)
        while running:
            self._collect(running)
            time.sleep(0.02)
        assert people.wait() == 0, "the people's work ended with an error"

    def settle(self, most: int = 8) -> None:
        """Undisturbed batches of both lanes until neither plans anything."""
        for _ in range(most):
            if not sum(self.world.batch(lane)["planned"] for lane in ("standard", "fast")):
                return
        raise AssertionError(f"still planning after {most} batches of each lane")

    @property
    def faults(self) -> Counter[str]:
        """What struck, by kind."""
        return Counter(self.log.read_text().split("\n")[:-1] if self.log.exists() else [])

    def _wait(self, day: date, number: int) -> None:
        """The people's pause: after odd rounds, until a batch that began since is through."""
        print(f"{day} round {number}", flush=True)
        if number % 2 == 0:
            return
        since, end = self.world.one("hub", "SELECT clock_timestamp()::text"), time.monotonic()
        while not self.world.one("hub", FINISHED, since):
            assert time.monotonic() < end + PATIENCE, "no fast batch came through"
            time.sleep(0.2)

    def _start(self, running: dict[str, Child], lane: str) -> None:
        if lane in running:
            return
        self.batches[lane] += 1
        run_id = self._again.pop(lane, f"month/{lane}/{self.batches[lane]}")
        usual = self._usual.get(lane, 1000)
        strikes = broken_calls.drawn(self.rng, self.chance, usual)
        running[lane] = Child.run(partial(self._batch, lane, run_id, strikes))

    def _collect(self, running: dict[str, Child]) -> None:
        for lane in [lane for lane, child in running.items() if not child.alive()]:
            code = running.pop(lane).wait()
            assert code in (DONE, GONE, -9), f"a {lane} batch ended with {code}"
            self.ended[code] += 1
            if code != DONE and self.rng.random() < 0.5:
                last = self.batches[lane]
                self._again[lane] = f"month/{lane}/{last}"

    def _batch(self, lane: str, run_id: str, strikes: tuple[broken_calls.Strike, ...]) -> None:
        struck: list[str] = []

        def note(kind: str) -> None:
            struck.append(kind)
            with self.log.open("a") as file:
                file.write(f"{kind}\n")

        broken_calls.arm(strikes, note, self._calls)
        try:
            run_batch(self.world.fresh_engine(), lane=lane, run_id=run_id)
        except Transient as e:
            if not struck:
                raise
            print(f"{run_id}: {struck}: {e}", flush=True)
            os._exit(GONE)
