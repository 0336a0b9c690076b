"""A company at work for days: people on both sides, the lanes beside them, and faults in the lanes.

The people and every batch have a process of their own. The fast lane never rests; a standard batch
runs beside it now and then. People wait for the next fast batch after some of their rounds only.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from concord.errors import Transient
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


def opened(world: World, *, customers: int, products: int, truth: Path) -> None:
    """Fill both sides, and carry everything over in peace."""
    seed(world.urls["erp"], world.urls["crm"], customers=customers, truth_path=truth)
    seed_business(world.urls["erp"], products=products)
    for lane in ("standard", "fast", "standard", "fast"):
        world.batch(lane)


@dataclass
class Month:
    """Days of a company. `chance`: of each kind of fault at each call of a step."""

    world: World
    chance: float
    rng: Random
    log: Path
    batches: Counter[str] = field(default_factory=Counter)
    ended: Counter[int] = field(default_factory=Counter)
    _calls: dict[str, Any] = field(default_factory=dict)  # of the last batch of each lane
    _again: dict[str, str] = field(default_factory=dict)

    def go_by(
        self, days: int, orders_per_day: float, rounds: int, pause_every: int, **more: Any
    ) -> None:
        """Play the days that end today, with both lanes at work.

        At every nth round (`pause_every`) people wait for the next fast batch.
        """
        first = date.today() - timedelta(days=days - 1)
        people = Child.run(
            partial(
                play, self.world.urls["erp"], self.world.urls["crm"], days=days, start=first,
                orders_per_day=orders_per_day, rounds=rounds,
                between_rounds=partial(self._pause, iter(range(1, days * rounds + 1)), pause_every),
                **more,
            )
        )  # fmt: skip
        running: dict[str, Child] = {}
        while people.alive():
            self._start(running, "fast")
            if self.batches["fast"] >= STANDARD_EVERY * self.batches["standard"]:
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

    def _pause(self, played: Iterator[int], every: int, day: date, number: int) -> None:
        """The people's pause: at times until a batch that began since is through."""
        if next(played) % every:
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
        calls = self._calls.setdefault(lane, multiprocessing.Value("i", 1000))
        strikes = broken_calls.drawn(self.rng, self.chance, calls.value)
        calls.value = 0
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

        broken_calls.arm(strikes, note, self._calls[lane])
        try:
            run_batch(self.world.fresh_engine(), lane=lane, run_id=run_id)
        except Transient as e:
            if not struck:
                raise
            print(f"{run_id}: {struck}: {e}", flush=True)
            os._exit(GONE)
